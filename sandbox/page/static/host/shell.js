/** The frame around every page: left rail, user menu with language and colour scheme. */
define(['jquery', 'host/boot', 'host/dom', 'host/icons', 'host/text', 'host/loader'], (
  $,
  boot,
  { el, fill },
  icon,
  t,
  loader,
) => {
  const ITEMS = [
    ['leads', '/leads/pipeline/', 'leads'],
    ['list', '/leads/list/', 'list'],
    ['contacts', '/contacts/list/', 'contacts'],
    ['tasks', '/todo/list/', 'tasks'],
    ['chats', '/chats/', 'chats'],
    ['settings', '/settings/widgets/', 'settings'],
    ['mobile', '/mobile/', 'mobile'],
  ];
  const LANGUAGES = { en: 'English', es: 'Español', pt: 'Português' };
  const scheme = () => document.documentElement.dataset.colorScheme;

  function railItem([name, path, picture]) {
    return el(
      'a.rail__item',
      { href: path, 'data-path': true, 'data-section': name, 'data-item': name, title: t(`rail.${name}`) },
      icon(picture),
      el('span', {}, t(`rail.${name}`)),
    );
  }

  /** Left-menu items of installed widgets with the location widget_page. */
  function widgetItem(entry, item, code) {
    const title = code.split('.').reduce((node, part) => (node || {})[part], entry.langs) || entry.name;
    const path = `/widget_page/${entry.code}/${item}/`;
    return el(
      'a.rail__item',
      { href: path, 'data-path': true, 'data-section': path, title },
      icon('page'),
      el('span', {}, title),
    );
  }

  async function drawWidgetItems(place) {
    const entries = await loader.entries('widget_page');
    fill(
      place,
      entries
        .filter((entry) => loader.belongs(entry, 'widget_page') && entry.left_menu)
        .flatMap((entry) =>
          Object.entries(entry.left_menu)
            .filter(([, item]) => item.title && !item.is_hidden)
            .map(([code, item]) => widgetItem(entry, code, item.title)),
        ),
    );
  }

  function setScheme(next) {
    document.documentElement.dataset.colorScheme = next;
    document.cookie = `kck_scheme=${next}; path=/; max-age=31536000; samesite=lax`;
  }

  function setLanguage(lang) {
    const url = new URL(location.href);
    url.searchParams.set('lang', lang);
    location.assign(url);
  }

  function userMenu() {
    const user = boot.constants.user;
    const picker = el(
      'select',
      { id: 'host_language', onchange: (event) => setLanguage(event.target.value) },
      Object.entries(LANGUAGES).map(([code, name]) =>
        el('option', { value: code, selected: code === boot.lang }, name),
      ),
    );
    const menu = el(
      'div.user-menu',
      { hidden: true, id: 'user_menu' },
      el('strong', {}, user.name),
      el('span.muted', {}, user.login),
      el('span.muted', {}, boot.constants.account.name),
      el('label', { for: 'host_language' }, t('user.language')),
      picker,
      el(
        'button.button-input',
        { type: 'button', onclick: () => setScheme(scheme() === 'dark' ? 'light' : 'dark') },
        t('user.scheme'),
      ),
      el('a.user-menu__control', { href: '/_sandbox/' }, t('user.control')),
    );
    const button = el(
      'button.rail__user.n-avatar',
      {
        id: user.id,
        type: 'button',
        'aria-expanded': 'false',
        'aria-controls': 'user_menu',
        title: user.name,
        onclick: () => toggle(button, menu),
      },
      user.name
        .split(' ')
        .map((part) => part[0])
        .join(''),
    );
    document.addEventListener('keydown', (event) => event.key === 'Escape' && !menu.hidden && toggle(button, menu));
    document.addEventListener(
      'click',
      (event) => !menu.hidden && !menu.contains(event.target) && !button.contains(event.target) && toggle(button, menu),
    );
    return [button, menu];
  }

  function toggle(button, menu) {
    menu.hidden = !menu.hidden;
    button.setAttribute('aria-expanded', String(!menu.hidden));
  }

  function draw() {
    const own = el('div.rail__widgets');
    const rail = el(
      'nav.rail#left-menu',
      { 'aria-label': t('rail.title') },
      el('a.rail__logo', { href: '/', 'data-path': true, title: t('rail.home') }, icon('sandbox')),
      ITEMS.map(railItem),
      own,
      el('div.rail__space'),
      ...userMenu(),
    );
    document.body.prepend(el('a.skip', { href: '#page_holder' }, t('rail.skip')), rail);
    const redraw = () => drawWidgetItems(own).catch(() => {});
    redraw();
    $(document).on('widget:installed widget:removed', redraw);
  }

  return { draw };
});
