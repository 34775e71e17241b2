/** A widget's own page from the left menu (location widget_page). https://developers.kommo.com/docs/widget-locations */
define(['host/dom', 'host/text', 'host/place', 'host/loader'], ({ el, fill }, t, place, loader) => {
  async function show(holder, code, item, sub) {
    const entry = (await loader.entries('widget_page')).find((each) => each.code === code);
    if (!entry) {
      fill(holder, el('p.empty', {}, t('page.no_widget', { code })));
      return;
    }
    place.move({ area: 'widget_page', page: `widget-page:${code}`, dotted: 'widget.widget_page' });
    fill(holder, el('div.work-area#list_page_holder', {}, el(`div.work-area__inner#work-area-${code}`)));
    const params = { location: 'widget_page', ...(item && { item_code: item }), ...(sub && { subitem_code: sub }) };
    await loader.enter(
      'widget_page',
      (each, widget) => each.code === code && loader.tryCall(each, widget, 'initMenuPage', params),
    );
  }
  return { section: 'page', show };
});
