/** The inbox: conversations on the left, the open one on the right, live both ways. */
define(['host/boot', 'host/api', 'host/dom', 'host/icons', 'host/text', 'host/place', 'host/live', 'host/loader'],
  (boot, api, { el, fill }, icon, t, place, live, loader) => {
    const clock = (at) => new Date(at * 1000).toLocaleTimeString(boot.lang, { hour: '2-digit', minute: '2-digit' });
    const initials = (name) => (name || '?').split(' ').map((part) => part[0]).slice(0, 2).join('').toUpperCase();

    function row(chat, isOpen) {
      return el('li', {}, el('a.chat-row', { href: `/chats/${chat.id}/`, 'data-path': true, 'data-chat-id': chat.id, 'aria-current': isOpen ? 'true' : null },
        el('span.avatar', {}, initials(chat.name)),
        el('span.chat-row__text', {}, el('strong', {}, chat.name), el('span.chat-row__last', {}, chat.last_text || '')),
        el('span.chat-row__side', {}, el('time', {}, clock(chat.updated_at)), chat.unread ? el('span.badge', {}, chat.unread) : null)));
    }

    /** What a message carries besides text. */
    function attachment(message) {
      if (!message.media) return null;
      if (message.kind === 'picture' || message.kind === 'sticker') return el('a', { href: message.media }, el('img.bubble__picture', { src: message.media, alt: message.file_name || t('chats.picture') }));
      return el('a.bubble__file', { href: message.media }, message.file_name || t(`chats.kind.${message.kind}`));
    }

    function marks(message) {
      if (!message.is_ours) return null;
      const failed = message.status === 'failed';
      const title = t(`chats.status.${message.status}`);
      return el('span.delivery', { 'data-status': message.status, title, role: failed ? 'alert' : null },
        { sent: '✓', delivered: '✓✓', read: '✓✓', failed: '!' }[message.status] || '…',
        el('span.sr', {}, title), failed ? el('span.delivery__error', {}, message.error || title) : null);
    }

    function reactButton(message) {
      const react = (emoji) => api.post(`/ajax/messages/${message.id}/react`, { emoji }).catch(() => {});
      const mine = message.reactions.length > 0;
      return el('button.bubble__react', { type: 'button', 'aria-pressed': String(mine), title: t('chats.react'), onclick: () => react(mine ? null : '👍') }, '👍');
    }

    function bubble(message) {
      return el(`li.bubble${message.is_ours ? '.bubble_ours' : ''}`, { 'data-message-id': message.id, 'data-status': message.status },
        el('span.bubble__author', {}, message.author),
        message.reply_to ? el('blockquote', {}, message.reply_to) : null,
        attachment(message), message.text ? el('p', {}, message.text) : null,
        message.reactions.length ? el('span.bubble__reactions', {}, message.reactions.join(' ')) : null,
        message.is_ours ? null : reactButton(message),
        el('span.bubble__foot', {}, message.is_edited ? el('span', {}, t('chats.edited')) : null, el('time', {}, clock(message.at)), marks(message)));
    }

    function composer(chat) {
      const field = el('textarea.composer__text', { rows: '1', placeholder: t('chats.write'), 'aria-label': t('chats.write') });
      const problem = el('p.composer__error', { role: 'alert' });
      const typing = () => api.post(`/ajax/chats/${chat.id}/typing`).catch(() => {});
      let typedAt = 0;
      async function send(event) {
        if (event) event.preventDefault();
        const text = field.value.trim();
        if (!text) return;
        field.value = '';
        problem.textContent = '';
        try { await api.post(`/ajax/chats/${chat.id}/messages`, { text }); } catch (error) { field.value = text; problem.textContent = error.message; }
        field.focus();
      }
      field.addEventListener('keydown', (event) => event.key === 'Enter' && !event.shiftKey && send(event));
      field.addEventListener('input', () => { if (Date.now() - typedAt > 3000) { typedAt = Date.now(); typing(); } });
      async function sendFile(event) {
        const [file] = event.target.files;
        if (!file) return;
        const form = new FormData();
        form.append('file', file);
        const response = await fetch(`/ajax/chats/${chat.id}/files`, { method: 'POST', body: form });
        problem.textContent = response.ok ? '' : t('chats.file_refused', { name: file.name });
        event.target.value = '';
      }
      const attach = el('label.button-input.composer__attach', { title: t('chats.attach') }, icon('clip'), el('span.sr', {}, t('chats.attach')), el('input.sr', { type: 'file', onchange: sendFile }));
      return el('form.composer', { onsubmit: send }, attach, field, el('button.button-input.button-input_blue', { type: 'submit' }, t('chats.send')), problem);
    }

    /** Says for a few seconds that the visitor writes. */
    function showTyping(pane, { chat }) {
      const note = pane.querySelector('.thread__typing');
      if (!note) return;
      note.textContent = t('chats.typing', { name: chat.customer.name || '' });
      clearTimeout(note.timer);
      note.timer = setTimeout(() => { note.textContent = ''; }, 5000);
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

    async function drawThread(pane, chatId) {
      const { chat, messages } = await api.get(`/ajax/chats/${chatId}/messages`);
      const list = pane.querySelector('.thread__messages');
      if (list && pane.dataset.chatId === chatId) renew(list, messages);
      else {
        pane.dataset.chatId = chatId;
        fill(pane, el('header.thread__head', {}, el('a.thread__back', { href: '/chats/', 'data-path': true, 'aria-label': t('common.back') }, '‹'),
          el('span.avatar', {}, initials(chat.name)), el('div', {}, el('h2', {}, chat.name), el('small.muted', {}, chat.source || t('chats.no_source'))),
          chat.lead_id ? el('a.button-input', { href: `/leads/detail/${chat.lead_id}/`, 'data-path': true }, t('chats.lead')) : null),
        el('ol.thread__messages', { 'aria-live': 'polite', tabindex: '0' }, messages.map(bubble)), el('p.thread__typing.muted', { role: 'status' }), composer(chat));
      }
      const end = pane.querySelector('.thread__messages');
      end.scrollTop = end.scrollHeight;
      if (chat.unread) api.post(`/ajax/chats/${chatId}/read`).catch(() => {});
    }

    async function show(holder, chatId) {
      place.move({ area: 'chats', page: 'chats', dotted: 'chats', entity: 'contacts' });
      const rows = el('ul.chat-rows');
      const pane = el('section.thread', { 'aria-label': t('chats.thread') }, el('p.empty', {}, t('chats.pick')));
      fill(holder, el('div.inbox', { 'data-open': chatId ? 'thread' : 'list' },
        el('section.inbox__list', { 'aria-label': t('chats.title') }, el('header.page-head', {}, el('h1', {}, t('chats.title'))), rows), pane));

      async function drawRows() {
        const { chats } = await api.get('/ajax/chats');
        fill(rows, chats.map((chat) => row(chat, chat.id === chatId)), chats.length ? null : el('li.empty', {}, t('chats.none')));
      }
      const redraw = () => Promise.all([drawRows(), chatId ? drawThread(pane, chatId) : null]);
      await redraw();
      const typing = live.on('typing', ({ content }) => content.chat.id === chatId && showTyping(pane, content));
      const stops = [typing, ...['message', 'status', 'talk', 'reaction'].map((kind) => live.on(kind, () => redraw().catch(() => {})))];
      await loader.enter('chats');
      return () => stops.forEach((stop) => stop());
    }

    return { section: 'chats', show };
  });
