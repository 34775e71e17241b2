/** Which page an address shows; moving between pages does not reload, as in the CRM. */
define([
  'host/notices',
  'host/text',
  'host/pages/pipeline',
  'host/pages/integrations',
  'host/pages/chats',
  'host/pages/advanced',
  'host/pages/card',
  'host/pages/list',
  'host/pages/automate',
  'host/pages/salesbot',
  'host/pages/menu_page',
  'host/pages/mobile',
], (notices, t, pipeline, integrations, chats, advanced, card, list, automate, salesbot, menuPage, mobile) => {
  const PAGES = [
    [/^\/(?:leads\/pipeline\/?(\d+)?\/?)?$/, pipeline],
    [/^\/leads\/list\/?$/, list.leads],
    [/^\/contacts\/list\/?$/, list.contacts],
    [/^\/todo\/list\/?$/, list.tasks],
    [/^\/leads\/detail\/(\d+)\/?$/, card.lead],
    [/^\/contacts\/detail\/(\d+)\/?$/, card.contact],
    [/^\/companies\/detail\/(\d+)\/?$/, card.company],
    [/^\/settings\/widgets\/?$/, integrations],
    [/^\/settings\/pipeline\/leads\/?(\d+)?\/?$/, automate],
    [/^\/settings\/communications\/?$/, salesbot],
    [/^\/settings\/([\w-]+)\/?$/, advanced],
    [/^\/widget_page\/([\w-]+)(?:\/([\w-]+))?(?:\/([\w-]+))?\/?$/, menuPage],
    [/^\/chats\/?([\w-]+)?\/?$/, chats],
    [/^\/mobile\/?(\d+)?\/?$/, mobile],
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
      if (here) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    });
    try {
      leave = (await page.show(document.getElementById('page_holder'), ...parts)) || null;
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
