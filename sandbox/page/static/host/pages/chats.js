/** The inbox: conversations on the left, the open one on the right, live both ways. */
define([
  'host/api',
  'host/calm',
  'host/dom',
  'host/text',
  'host/place',
  'host/live',
  'host/loader',
  'host/chat_bubble',
  'host/chat_composer',
], (api, calm, { el, fill }, t, place, live, loader, { bubble, clock }, composer) => {
  const initials = (name) =>
    (name || '?')
      .split(' ')
      .map((part) => part[0])
      .slice(0, 2)
      .join('')
      .toUpperCase();

  function row(chat, isOpen) {
    return el(
      'li',
      {},
      el(
        'a.chat-row',
        {
          href: `/chats/${chat.id}/`,
          'data-path': true,
          'data-chat-id': chat.id,
          'aria-current': isOpen ? 'true' : null,
        },
        el('span.avatar', {}, initials(chat.name)),
        el('span.chat-row__text', {}, el('strong', {}, chat.name), el('span.chat-row__last', {}, chat.last_text || '')),
        el(
          'span.chat-row__side',
          {},
          el('time', {}, clock(chat.updated_at)),
          chat.unread ? el('span.badge', {}, chat.unread) : null,
        ),
      ),
    );
  }

  /** Says for a few seconds that the visitor writes. */
  function showTyping(pane, { chat }) {
    const note = pane.querySelector('.thread__typing');
    if (!note) return;
    note.textContent = t('chats.typing', { name: chat.customer.name || '' });
    clearTimeout(note.timer);
    note.timer = setTimeout(() => {
      note.textContent = '';
    }, 5000);
  }

  /** Draws only what is new or changed: a screen reader hears each message once, and the page keeps its place. */
  function renew(list, messages) {
    for (const message of messages) {
      const known = list.querySelector(`[data-message-id="${message.id}"]`);
      const now = bubble(message);
      if (!known) list.append(now);
      else if (known.outerHTML !== now.outerHTML) known.replaceWith(now);
    }
  }

  let asked = 0;

  async function drawThread(pane, chatId) {
    asked += 1;
    const turn = asked;
    const { chat, messages } = await api.get(`/ajax/chats/${chatId}/messages`);
    if (turn !== asked) return; // a younger answer is on its way
    const list = pane.querySelector('.thread__messages');
    if (list && pane.dataset.chatId === chatId) renew(list, messages);
    else {
      pane.dataset.chatId = chatId;
      fill(
        pane,
        el(
          'header.thread__head',
          {},
          el('a.thread__back', { href: '/chats/', 'data-path': true, 'aria-label': t('common.back') }, '‹'),
          el('span.avatar', {}, initials(chat.name)),
          el('div', {}, el('h2', {}, chat.name), el('small.muted', {}, chat.source || t('chats.no_source'))),
          chat.lead_id
            ? el('a.button-input', { href: `/leads/detail/${chat.lead_id}/`, 'data-path': true }, t('chats.lead'))
            : null,
        ),
        el('ol.thread__messages', { 'aria-live': 'polite', tabindex: '0' }, messages.map(bubble)),
        el('p.thread__typing.muted', { role: 'status' }),
        composer(chat),
      );
    }
    const end = pane.querySelector('.thread__messages');
    end.scrollTop = end.scrollHeight;
    if (chat.unread) api.post(`/ajax/chats/${chatId}/read`).catch(() => {});
  }

  async function show(holder, chatId) {
    place.move({ area: 'chats', page: 'chats', dotted: 'chats', entity: 'contacts' });
    const rows = el('ul.chat-rows');
    const pane = el('section.thread', { 'aria-label': t('chats.thread') }, el('p.empty', {}, t('chats.pick')));
    fill(
      holder,
      el(
        'div.inbox',
        { 'data-open': chatId ? 'thread' : 'list' },
        el(
          'section.inbox__list',
          { 'aria-label': t('chats.title') },
          el('header.page-head', {}, el('h1', {}, t('chats.title'))),
          rows,
        ),
        pane,
      ),
    );

    async function drawRows() {
      const { chats } = await api.get('/ajax/chats');
      fill(
        rows,
        chats.map((chat) => row(chat, chat.id === chatId)),
        chats.length ? null : el('li.empty', {}, t('chats.none')),
      );
    }
    const redraw = () => Promise.all([drawRows(), chatId ? drawThread(pane, chatId) : null]);
    const follow = calm(redraw);
    const typing = live.on('typing', ({ content }) => content.chat.id === chatId && showTyping(pane, content));
    const stops = [typing, ...['message', 'status', 'talk', 'reaction'].map((kind) => live.on(kind, follow))];
    await redraw();
    await loader.enter('chats');
    return () => stops.forEach((stop) => stop());
  }

  return { section: 'chats', show };
});
