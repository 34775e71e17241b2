/**
 * Lists of leads, contacts and tasks; ticked rows and a widget chosen in the menu give `<entity>.selected`.
 * https://developers.kommo.com/docs/lists-sdk
 */
define(['host/api', 'host/dom', 'host/text', 'host/place', 'host/loader'], (api, { el, fill }, t, place, loader) => {
  const KINDS = {
    leads: { area: 'llist', page: 'leads', callbacks: ['leads'], section: 'list', detail: 'leads' },
    contacts: { area: 'clist', page: 'contacts', callbacks: ['contacts'], section: 'contacts', detail: 'contacts' },
    tasks: { area: 'tlist', page: 'todo', callbacks: ['todo', 'tasks'], section: 'tasks', detail: null },
  };

  /** The selected callback: documented as `leads.selected`; some widgets nest it, some write `leads_selected`. */
  function selected(widget, names) {
    const callbacks = widget.callbacks || {};
    for (const name of names) {
      const nested = callbacks[name] && callbacks[name].selected;
      const found = nested || callbacks[`${name}.selected`] || callbacks[`${name}_selected`];
      if (typeof found === 'function') return found;
    }
    return null;
  }

  function row(item, kind, changed) {
    const box = el('input.list-row__check', {
      type: 'checkbox',
      id: `list_item_${item.id}`,
      'aria-label': item.name,
      onchange: () => {
        item.is_checked = box.checked;
        item.checked = box.checked;
        changed();
      },
    });
    const name = kind.detail
      ? el('a', { href: `/${kind.detail}/detail/${item.id}/`, 'data-path': true }, item.name)
      : item.name;
    return el(
      'tr.list-row.js-list-row',
      { 'data-id': item.id },
      el('td', {}, box),
      el('td', {}, name),
      el('td', {}, item.phones.join(', ')),
      el('td', {}, item.emails.join(', ')),
    );
  }

  function run(entry, widget, callback) {
    try {
      callback.call(widget.callbacks);
    } catch (error) {
      loader.report(entry, 'selected', error);
    }
  }

  function actions(bar, kind, items) {
    const count = items.filter((item) => item.is_checked).length;
    const choices = [...loader.running.values()]
      .map(({ entry, widget }) => ({ entry, widget, callback: selected(widget, kind.callbacks) }))
      .filter((each) => each.callback && loader.belongs(each.entry, kind.area));
    bar.hidden = count === 0;
    fill(
      bar,
      el('span', {}, t('list.selected', { count })),
      choices.map(({ entry, widget, callback }) =>
        el(
          'button.button-input.list__widget',
          { type: 'button', 'data-code': entry.code, onclick: () => run(entry, widget, callback) },
          entry.texts.name,
        ),
      ),
      choices.length ? null : el('span.muted', {}, t('list.no_widgets')),
    );
  }

  const page = (name) => {
    const kind = KINDS[name];
    return {
      section: kind.section,
      async show(holder) {
        const { items } = await api.get(`/ajax/list/${name}`);
        place.move({
          area: kind.area,
          page: kind.page,
          dotted: `${kind.page}.list`,
          entity: name,
          list: { models: items, length: items.length },
        });
        const bar = el('div.list-multiple-actions.list__top__actions', { hidden: true });
        const changed = () => actions(bar, kind, items);
        fill(
          holder,
          el(
            'header.page-head.list__body-right__top',
            {},
            el('h1.content__top__preset', {}, t(`list.${name}`)),
            el('div.list__body-right__top__buttons'),
          ),
          el(
            'div.list.work-area#list_page_holder',
            {},
            bar,
            el(
              'table.plain-table.list__table#list_table',
              {},
              el(
                'thead',
                {},
                el(
                  'tr',
                  {},
                  ['', 'name', 'phone', 'email'].map((head) => el('th', {}, head && t(`list.head.${head}`))),
                ),
              ),
              el(
                'tbody',
                {},
                items.map((item) => row(item, kind, changed)),
                items.length ? null : el('tr', {}, el('td.empty', { colspan: 4 }, t('list.none'))),
              ),
            ),
            el(
              'aside.card-widgets.js-widgets-active#widgets_block',
              {},
              el('div.card-widgets__elements'),
              el('div#card_widgets_overlay', { style: 'display: none' }),
            ),
          ),
        );
        place.view = { $el: window.$(holder) };
        await loader.enter(kind.area);
        changed();
      },
    };
  };
  return { leads: page('leads'), contacts: page('contacts'), tasks: page('tasks') };
});
