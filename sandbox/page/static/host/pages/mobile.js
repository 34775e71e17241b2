/**
 * The block of a widget in the mobile app's card: a frame opened by GET with `token` and `from`.
 * https://www.amocrm.ru/developers/content/integrations/mobile-widgets
 */
define(['host/api', 'host/dom', 'host/text', 'host/place', 'host/loader'], (api, { el, fill }, t, place, loader) => {
  async function block(entry, leadId) {
    const { frame_url: address, color } = entry.mobile || {};
    const head = el('header.phone__head', { style: color ? `background: ${color}` : null }, entry.texts.name);
    if (!address) return [head, el('p.empty', {}, t('mobile.no_frame'))];
    const { token } = await api.get(`/ajax/mobile_token/${entry.code}?lead_id=${leadId}`);
    const url = new URL(address, location.href);
    url.searchParams.set('token', token);
    url.searchParams.set('from', 'mobile');
    return [head, el('iframe.phone__frame', { src: url.href, title: entry.texts.name })];
  }

  async function show(holder, leadId) {
    place.move({ area: 'mobile_card', page: 'mobile', dotted: 'mobile', entity: 'leads' });
    const phone = el('div.phone', {}, el('p.muted', {}, t('mobile.text')));
    fill(holder, el('header.page-head', {}, el('h1', {}, t('rail.mobile'))), el('div.work-area', {}, phone));
    const entries = (await loader.entries('mobile_card')).filter((entry) => entry.locations.includes('mobile_card'));
    for (const entry of entries) phone.append(...(await block(entry, Number(leadId) || 0)));
    if (!entries.length) phone.append(el('p.empty', {}, t('mobile.none')));
    window.sandboxReady = 'mobile_card';
  }

  return { section: 'mobile', show };
});
