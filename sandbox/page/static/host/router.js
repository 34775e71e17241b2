/** Which page an address shows; moving between pages does not reload, as in the CRM. */
define(['host/notices', 'host/text', 'host/pages/pipeline', 'host/pages/integrations', 'host/pages/chats', 'host/pages/advanced'],
(notices, t, pipeline, integrations, chats, advanced) => {
  const PAGES = [
    [/^\/(?:leads\/pipeline\/?(\d+)?\/?)?$/, pipeline],
    [/^\/settings\/widgets\/?$/, integrations],
    [/^\/settings\/([\w-]+)\/?$/, advanced],
    [/^\/chats\/?([\w-]+)?\/?$/, chats],
  ];
  let leave = null;

  async function show() {
    const path = location.pathname;
    const [pattern, page] = PAGES.find(([each]) => each.test(path)) || PAGES[0];
    const parts = (pattern.exec(path) || []).slice(1);
    if (leave) leave();
    leave = null;
    window.sandboxReady = null;
    document.querySelectorAll('.rail [data-path]').forEach((link) => {
      const here = page.section === link.dataset.section;
      if (here) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
    });
    try {
      leave = await page.show(document.getElementById('page_holder'), ...parts) || null;
    } catch (error) {
      notices.add('error', `page:${path}`, t('notices.page', { path }), error.message);
    }
  }

  function go(path) {
    history.pushState(null, '', path);
    show();
  }

  function start() {
    window.addEventListener('popstate', show);
    window.addEventListener('host:navigate', (event) => go(event.detail));
    document.addEventListener('click', (event) => {
      const link = event.target.closest('a[data-path]');
      if (!link || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
      event.preventDefault();
      go(link.getAttribute('href'));
    });
    show();
  }

  return { start, go };
});
