/**
 * Notices of the sandbox to the widget's author: a member that is not offered, a refused host, an uncaught error.
 * Every notice is kept in `window.sandboxNotices`, shown once, and listed in the drawer behind the pill.
 */
define(['host/dom', 'host/text'], ({ el, fill }, t) => {
  const kept = [];
  const listeners = [];
  window.sandboxNotices = kept;

  const list = el('ol.notices__list');
  const pill = el('button.notices__pill', { type: 'button', hidden: true, 'aria-expanded': 'false', onclick: toggle });
  const drawer = el(
    'aside.notices__drawer',
    { hidden: true, 'aria-label': t('notices.title') },
    el(
      'header',
      {},
      el('h2', {}, t('notices.title')),
      el('button.button-plain', { type: 'button', onclick: clear }, t('notices.clear')),
    ),
    list,
  );
  const toasts = el('div.notices__toasts', { role: 'status', 'aria-live': 'polite' });
  document.body.append(el('div.notices', {}, drawer, pill, toasts));

  function toggle() {
    drawer.hidden = !drawer.hidden;
    pill.setAttribute('aria-expanded', String(!drawer.hidden));
  }

  function clear() {
    kept.length = 0;
    draw();
    drawer.hidden = true;
  }

  function item(notice) {
    return el(
      'li.notice',
      { 'data-kind': notice.kind },
      el('strong', {}, notice.title),
      el('p', {}, notice.text),
      notice.count > 1 ? el('small', {}, `× ${notice.count}`) : null,
    );
  }

  function draw() {
    pill.hidden = kept.length === 0;
    fill(pill, t('notices.pill', { count: kept.length }));
    fill(list, ...kept.map(item));
  }

  function toast(notice) {
    const shown = item(notice);
    toasts.append(shown);
    setTimeout(() => shown.remove(), 6000);
    while (toasts.children.length > 3) toasts.firstChild.remove();
  }

  /** Adds a notice; the same key again only raises its count. kind: member, module, network, error, widget. */
  function add(kind, key, title, said) {
    const text = String(said || '');
    const known = kept.find((notice) => notice.key === key);
    if (known) known.count += 1;
    else {
      const notice = { kind, key, title, text, count: 1 };
      kept.push(notice);
      toast(notice);
      listeners.forEach((listener) => listener(notice));
    }
    draw();
  }

  /** Takes a notice back, e.g. when a widget itself defines the member that it asked for. */
  function retract(key) {
    const place = kept.findIndex((notice) => notice.key === key);
    if (place >= 0) kept.splice(place, 1);
    draw();
  }

  window.addEventListener('error', (event) => {
    if (!event.message) return;
    add('error', `error:${event.message}`, t('notices.error'), `${event.message} (${event.filename}:${event.lineno})`);
  });
  window.addEventListener('unhandledrejection', (event) => {
    const reason = event.reason && event.reason.message ? event.reason.message : String(event.reason);
    add('error', `rejection:${reason}`, t('notices.rejection'), reason);
  });
  return { add, retract, onAdd: (listener) => listeners.push(listener) };
});
