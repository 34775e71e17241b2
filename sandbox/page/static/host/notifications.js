/**
 * `APP.notifications`: messages in the corner of the CRM.
 * https://www.amocrm.ru/developers/content/notifications/adding_notifications
 */
define(['host/dom', 'host/text', 'host/subscribers'], ({ el }, t, subscribers) => {
  const tray = el('div.notifications', { role: 'log', 'aria-label': t('notifications.title') });
  document.body.append(tray);

  function show(kind, header, text, link) {
    const close = () => shown.remove();
    const shown = el(
      `article.notification.notification_${kind}`,
      {},
      el(
        'header',
        {},
        el('strong', {}, header || t(`notifications.${kind}`)),
        el('button.button-plain', { type: 'button', 'aria-label': t('common.close'), onclick: close }, '×'),
      ),
      el('p', {}, String(text || '')),
      link ? el('a', { href: link, target: '_blank', rel: 'noopener' }, link) : null,
    );
    tray.prepend(shown);
    setTimeout(close, 15000);
  }

  /** Stored notifications reach the subscribers, and answer through the callbacks of their second argument. */
  function settle(callbacks, given, title) {
    const { done, always } = callbacks || {};
    setTimeout(() => {
      subscribers.tell(title, [given.text, given.from].filter(Boolean), given.click_link || given.link, given.date);
      if (done) done(given);
      if (always) always(given);
    }, 0);
  }

  return {
    show_message: (given) => show('message', given.header, given.text),
    show_message_error: (given) => show('error', given.header, given.text, given.link),
    show_notification: (given) =>
      show(given.type === 'error' ? 'error' : 'call', (given.text || {}).header, (given.text || {}).text),
    add_error(given, callbacks) {
      show('error', given.header, given.text, given.link);
      settle(callbacks, given, given.header || t('notifications.error'));
    },
    add_alert(given, callbacks) {
      show('message', given.header, given.text);
      settle(callbacks, given, given.header || t('notifications.message'));
    },
    add_call(given, callbacks) {
      const to = given.element && given.element.name ? ` (${given.element.name})` : '';
      show('call', given.header, `${given.text || ''} ${given.from || ''}${to}`.trim(), given.link || given.click_link);
      settle(callbacks, given, given.header || t('notifications.call'));
    },
  };
});
