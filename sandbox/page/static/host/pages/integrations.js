/** Settings → Integrations: the list of widgets, installed and not. */
define(['jquery', 'host/dom', 'host/text', 'host/place', 'host/loader', 'host/settings_modal', 'host/widget_cards'], (
  $,
  { el, fill },
  t,
  place,
  loader,
  settings,
  card,
) => {
  const group = (title, entries) =>
    entries.length
      ? [
          el('h2.section-title', {}, title),
          el(
            'ul.integrations',
            {},
            entries.map((entry) => card(entry, (each) => settings.open(each))),
          ),
        ]
      : [];

  const hasPage = (entry) => entry.active === 'Y' && entry.locations.includes('advanced_settings');

  function matches(entry, words) {
    const text = `${entry.texts.name} ${entry.texts.short_description} ${entry.code}`.toLowerCase();
    return text.includes(words.toLowerCase());
  }

  async function show(holder) {
    place.move({ area: 'settings', page: 'widgetsSettings', dotted: 'settings.widgets' });
    const lists = el('div.integrations__lists');
    const pages = el('nav.widget-pages', { 'aria-label': t('integrations.pages') });
    const search = el('input.text-input', {
      type: 'search',
      placeholder: t('common.search'),
      'aria-label': t('common.search'),
      oninput: draw,
    });
    let entries = [];
    fill(
      holder,
      el(
        'header.page-head.list__body-right__top',
        {},
        el('h1', {}, t('integrations.title')),
        el('a.button-input', { href: '/settings/communications/', 'data-path': true }, t('settings.salesbot')),
        search,
      ),
      pages,
      lists,
      el('div#list_page_holder'),
    );

    function draw() {
      const found = entries.filter((entry) => matches(entry, search.value));
      const [on, off] = [
        found.filter((entry) => entry.status !== 'install'),
        found.filter((entry) => entry.status === 'install'),
      ];
      fill(
        pages,
        entries
          .filter(hasPage)
          .map((entry) =>
            el(
              'a.button-input',
              { href: `/settings/${entry.code}/`, 'data-path': true },
              entry.advanced_title || entry.texts.name,
            ),
          ),
      );
      fill(
        lists,
        ...group(t('integrations.installed'), on),
        ...group(t('integrations.available'), off),
        found.length ? null : el('p.empty', {}, t('integrations.none')),
      );
    }

    async function refresh() {
      entries = await loader.entries('settings', true);
      draw();
    }

    await refresh();
    $(document).on('widget:installed.page widget:removed.page widget:saved.page', refresh);
    await loader.enter('settings');
    return () => $(document).off('.page');
  }

  return { section: 'settings', show };
});
