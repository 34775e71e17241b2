/** What widgets add to a card: actions on phones and e-mails (`add_action`), senders in the feed (`add_source`). */
define(['jquery', 'host/dom', 'host/text', 'host/place', 'host/notices', 'host/loader'], (
  $,
  { el, fill },
  t,
  place,
  notices,
  loader,
) => {
  function offered(type) {
    return Object.entries(window.APP.widgets.cf_actions[type] || {}).map(([code, callback]) => {
      const running = loader.running.get(code);
      const langs = (running && running.widget.langs) || {};
      return { callback, title: (langs.widget && (langs.widget.call_action || langs.widget.name)) || code };
    });
  }

  function run(callback, given) {
    try {
      return callback(given);
    } catch (error) {
      notices.add('widget', `action:${error.message}`, t('notices.error'), error.message);
      return undefined;
    }
  }

  /** A phone or e-mail that opens the menu of what can be done with it. */
  function link(type, value) {
    const menu = el('ul.tips', { hidden: true });
    const item = ({ title, callback }) =>
      el(
        'li',
        {},
        el(
          'button.tips-item',
          {
            type: 'button',
            onclick: () => {
              menu.hidden = true;
              run(callback, { value, type, element: place.card });
            },
          },
          title,
        ),
      );
    const open = () => {
      const found = offered(type);
      fill(menu, found.map(item), found.length ? null : el('li.muted', {}, t('card.no_action')));
      menu.hidden = !menu.hidden;
    };
    return el(
      'span.control-phone',
      {},
      el(
        `button.control-${type}__formatted.js-tip-holder.button-plain`,
        { type: 'button', 'data-value': value, onclick: open },
        value,
      ),
      el('input.control-phone__value', { type: 'hidden', value }),
      menu,
    );
  }

  function sourceButton(source) {
    const phone = ((place.card || {}).contacts || []).flatMap((contact) => contact.phones)[0] || '';
    const press = async () => {
      const $el = $('.feed-compose');
      const text = $el.find('textarea').val();
      const contact = ((place.card || {}).contacts || [])[0] || {};
      if (source.type !== 'sms') {
        run(source.callback, $el);
        return;
      }
      const sent = run(source.callback, { phone, message: text, contact_id: contact.id || 0 });
      if (!sent || typeof sent.then !== 'function')
        notices.add(
          'advice',
          `source:${source.code}`,
          t('notices.widget', { code: source.code, step: 'add_source' }),
          t('card.no_promise'),
        );
    };
    return el(
      'button.button-input.feed-compose__source',
      { type: 'button', 'data-code': source.code, 'data-type': source.type, onclick: press },
      source.text,
    );
  }

  /** The line below the feed. */
  function compose() {
    return el(
      'div.feed-compose',
      {},
      el('textarea.text-input', { rows: '2', 'aria-label': t('card.note'), placeholder: t('card.note') }),
      el('div.feed-compose__sources'),
    );
  }

  function draw() {
    const holder = document.querySelector('.feed-compose__sources');
    if (holder) fill(holder, (place.feedSources || []).map(sourceButton));
  }

  /** Keeps the senders fresh while the card is open. */
  function follow() {
    place.feedSources = [];
    $(document).on('widgets:sources:add.card', draw);
    return () => $(document).off('.card');
  }

  return { link, compose, draw, follow };
});
