/** A widget's own page in Settings (location advanced_settings). */
define(['host/dom', 'host/text', 'host/place', 'host/loader'], ({ el, fill }, t, place, loader) => {
  async function show(holder, code) {
    const entry = (await loader.entries('advanced_settings', true)).find((each) => each.code === code);
    if (!entry) {
      fill(holder, el('p.empty', {}, t('page.no_widget', { code })));
      return;
    }
    place.move({ area: 'advanced-settings', page: `advanced-settings:${code}`, dotted: 'widget.advanced_settings' });
    fill(
      holder,
      el(
        'header.page-head.list__body-right__top.content__top__preset',
        {},
        el('h1', {}, entry.advanced_title || entry.texts.name),
        el('div.list__body-right__top__buttons', {}),
      ),
      el('div.work-area.list__body-right__content#list_page_holder', {}, el(`div.work-area__inner#work-area-${code}`)),
    );
    await loader.enter(
      'advanced_settings',
      (each, widget) => each.code === code && loader.tryCall(each, widget, 'advancedSettings'),
    );
  }
  return { section: 'settings', show };
});
