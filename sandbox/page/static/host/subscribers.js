/**
 * Who subscribed to notifications with `APP.addNotificationCallback`, and what is told to them.
 * Only widgets with init_once hear anything; the fields of a notification are documented:
 * https://developers.kommo.com/docs/notifications-subscription
 * Which happenings the CRM tells is not documented: here calls, stored errors and alerts, and messages of visitors.
 */
define(['host/boot', 'host/live', 'host/notices', 'host/text'], (boot, live, notices, t) => {
  const callbacks = new Map();
  const isKept = (widget) => widget.init_once === true || /^y$/i.test(String(widget.init_once));

  /** A notification as callbacks get it; `url` is where a click leads. */
  function notification(title, rows, url, at) {
    const id = crypto.randomUUID();
    return {
      id,
      notification_id: id,
      uuid: boot.constants.user.uuid,
      entity: null,
      linked_entity: null,
      created_at: at,
      updated_at: at,
      is_read: false,
      silent: false,
      body: {
        title,
        icon: { value: '' },
        rows: rows.map((text) => ({ style: 'default', text: String(text || '') })),
        actions: { click: { url: url || '' }, buttons: [], read_on_show: false },
      },
      click: { url: url || '' },
    };
  }

  /** Tells every subscriber; what one of them throws is shown and does not reach the others. */
  function tell(title, rows, url, at) {
    for (const [code, callback] of callbacks) {
      const widget = window.APP.widgets.list[code];
      if (!widget || !isKept(widget)) continue;
      try {
        callback(notification(title, rows, url, at || Math.floor(Date.now() / 1000)));
      } catch (error) {
        const title = t('notices.widget', { code, step: 'addNotificationCallback' });
        notices.add('widget', `callback:${code}:${error.message}`, title, error.message);
      }
    }
  }

  live.on('message', ({ content }) => {
    if (content.direction !== 'incoming') return;
    tell(content.chat.customer.name || '', [content.message.text], `/chats/${content.chat.id}/`, content.timestamp);
  });

  /** Subscribes a widget by its code; one that is built anew in every area is told that it will hear nothing. */
  function add(code, callback) {
    const widget = window.APP.widgets.list[code];
    if (widget && !isKept(widget))
      notices.add('advice', `callback:${code}`, t('notices.init_once', { code }), t('notices.init_once_text'));
    callbacks.set(code, callback);
  }

  return { add, tell };
});
