/** A widget as a tile of the integrations list. */
define(['host/dom', 'host/text'], ({ el, picture }, t) =>
  function card(entry, open) {
    const short = el('p.integration__text', {});
    short.innerHTML = entry.texts.short_description;
    return el(
      'li.integration',
      { 'data-code': entry.code, 'data-status': entry.status },
      el(
        'button.integration__open.js-widget-open',
        { type: 'button', onclick: () => open(entry) },
        picture('integration__logo', [`${entry.images_path}/logo_main.png`]),
        el('h3', {}, entry.texts.name),
        short,
        el('span.status', { 'data-status': entry.status }, t(`status.${entry.status}`)),
      ),
    );
  });
