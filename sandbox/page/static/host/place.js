/**
 * Where the user is: the area that widgets are loaded for, the page code, the open card or list.
 * `area` speaks like `self.system().area` (`lcard`), `page` like `APP.getWidgetsArea()` (`leads_card`).
 */
define([], () => {
  const NOWHERE = {
    area: 'dashboard',
    page: 'dashboard',
    dotted: 'dashboard',
    entity: '',
    card: false,
    list: false,
    view: false,
  };
  return {
    ...NOWHERE,
    /** Replaces the place; what the new page does not name is as nowhere. */
    move(next) {
      Object.assign(this, NOWHERE, next);
    },
    /** Constants that depend on the open card. */
    constants() {
      if (!this.card) return {};
      return { card_id: this.card.id, card_element: this.card.element_type };
    },
  };
});
