/**
 * Own tabs of widgets in cards (location card_sdk): the four callbacks that fill and save them.
 * https://developers.kommo.com/docs/card-sdk
 */
define(['host/dom', 'host/text', 'host/loader'], ({ el, fill }, t, loader) => {
  const TYPES = { lcard: 'leads', ccard: 'contacts', comcard: 'companies' };

  const bar = () =>
    el(
      'div.card-tabs',
      { role: 'tablist' },
      el(
        'button.card-tabs__item',
        { type: 'button', role: 'tab', 'aria-selected': 'true', 'data-tab': 'main' },
        t('card.main'),
      ),
    );
  const place = () => el('div.card-tabs__places');

  function row(item) {
    return el(
      'tr',
      { 'data-id': item.id },
      el('td', {}, item.sku),
      el('td', {}, item.name),
      el('td', {}, item.price),
      el('td', {}, item.quantity || ''),
    );
  }

  function show(rows, items) {
    fill(
      rows,
      (items || []).map(row),
      (items || []).length ? null : el('tr', {}, el('td.empty', { colspan: 4 }, t('card.no_items'))),
    );
  }

  function tab(entry, widget, type, id) {
    const rows = el('tbody');
    const link = () =>
      loader.tryCall(entry, widget, 'linkCard', [{ from: type.type, from_id: id, link: [], unlink: [] }]);
    const search = el('input.text-input', {
      type: 'search',
      'aria-label': t('common.search'),
      placeholder: t('common.search'),
      onchange: () => ask(rows, widget, 'searchDataInCard', search.value, type, id),
    });
    const body = el(
      `div.card-tab#${entry.code}`,
      { hidden: true },
      search,
      el(
        'table.plain-table',
        {},
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            ['sku', 'name', 'price', 'quantity'].map((name) => el('th', {}, name)),
          ),
        ),
        rows,
      ),
      el('button.button-input', { type: 'button', onclick: link }, t('settings.save')),
    );
    return { body, rows };
  }

  /** Asks a callback of the tab for items; a refusal stands in the table, as its promise is allowed to be rejected. */
  async function ask(rows, widget, name, ...args) {
    try {
      const items = await loader.invoke(widget, name, ...args);
      if (items) show(rows, items);
    } catch (error) {
      fill(
        rows,
        el(
          'tr',
          {},
          el('td.widget-settings__error', { colspan: 4, role: 'alert' }, (error && error.message) || t('modal.error')),
        ),
      );
    }
  }

  /** Adds the tab of a widget that declares card_sdk, and loads its elements. */
  async function open(entry, widget, kind, id) {
    if (!loader.belongs(entry, 'card_sdk') || !entry.locations.includes('card_sdk')) return;
    const type = { id: kind.type, type: TYPES[kind.area] };
    const { body, rows } = tab(entry, widget, type, id);
    document.querySelector('.card-tabs__places').append(body);
    const pick = () => {
      body.hidden = !body.hidden;
    };
    document
      .querySelector('.card-tabs')
      .append(
        el(
          'button.card-tabs__item',
          { type: 'button', role: 'tab', 'data-tab': entry.code, onclick: pick },
          entry.texts.name,
        ),
      );
    show(rows, []);
    await ask(rows, widget, 'loadPreloadedData');
    await ask(rows, widget, 'loadElements', type, id);
  }

  return { bar, place, open };
});
