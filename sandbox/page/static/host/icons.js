/** Line icons of the rail and the buttons, drawn for this page. */
define([], () => {
  const PATHS = {
    dashboard: 'M4 5h7v6H4zM13 5h7v4h-7zM13 12h7v7h-7zM4 14h7v5H4z',
    leads: 'M5 4h3v16H5zM10.5 4h3v10h-3zM16 4h3v13h-3z',
    list: 'M4 6h2M9 6h11M4 12h2M9 12h11M4 18h2M9 18h11',
    contacts: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-5.5 8-5.5s7 1.5 8 5.5',
    tasks: 'M4 12l5 5L20 6',
    chats: 'M4 5h16v11H10l-4 4v-4H4z',
    settings:
      'M12 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM12 2v4M12 18v4M2 12h4M18 12h4M5 5l2.8 2.8M16.2 16.2L19 19M5 19l2.8-2.8M16.2 7.8L19 5',
    page: 'M6 3h9l4 4v14H6zM15 3v4h4',
    mobile: 'M8 3h8v18H8zM11 18h2',
    clip: 'M8 12.5l6-6a3 3 0 0 1 4.2 4.2l-8 8a5 5 0 0 1-7-7l7.5-7.5',
    search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20',
    plus: 'M12 5v14M5 12h14',
    sandbox: 'M4 8l8-4 8 4-8 4zM4 8v8l8 4 8-4V8M12 12v8',
  };

  return function icon(name) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('class', 'icon');
    svg.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', PATHS[name] || PATHS.page);
    svg.append(path);
    return svg;
  };
});
