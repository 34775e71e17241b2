/** One message of a conversation: text, media, reactions, and how far it came. */
define(['host/boot', 'host/api', 'host/dom', 'host/text'], (boot, api, { el }, t) => {
  const clock = (at) => new Date(at * 1000).toLocaleTimeString(boot.lang, { hour: '2-digit', minute: '2-digit' });

  /** What a message carries besides text. */
  function attachment(message) {
    if (!message.media) return null;
    if (message.kind === 'picture' || message.kind === 'sticker')
      return el(
        'a',
        { href: message.media },
        el('img.bubble__picture', { src: message.media, alt: message.file_name || t('chats.picture') }),
      );
    return el('a.bubble__file', { href: message.media }, message.file_name || t(`chats.kind.${message.kind}`));
  }

  function marks(message) {
    if (!message.is_ours) return null;
    const failed = message.status === 'failed';
    const title = t(`chats.status.${message.status}`);
    return el(
      'span.delivery',
      { 'data-status': message.status, title, role: failed ? 'alert' : null },
      { sent: '✓', delivered: '✓✓', read: '✓✓', failed: '!' }[message.status] || '…',
      el('span.sr', {}, title),
      failed ? el('span.delivery__error', {}, message.error || title) : null,
    );
  }

  function reactButton(message) {
    const react = (emoji) => api.post(`/ajax/messages/${message.id}/react`, { emoji }).catch(() => {});
    const mine = message.reactions.length > 0;
    return el(
      'button.bubble__react',
      {
        type: 'button',
        'aria-pressed': String(mine),
        title: t('chats.react'),
        onclick: () => react(mine ? null : '👍'),
      },
      '👍',
    );
  }

  function bubble(message) {
    return el(
      `li.bubble${message.is_ours ? '.bubble_ours' : ''}`,
      { 'data-message-id': message.id, 'data-status': message.status },
      el('span.bubble__author', {}, message.author),
      message.reply_to ? el('blockquote', {}, message.reply_to) : null,
      attachment(message),
      message.text ? el('p', {}, message.text) : null,
      message.reactions.length ? el('span.bubble__reactions', {}, message.reactions.join(' ')) : null,
      message.is_ours ? null : reactButton(message),
      el(
        'span.bubble__foot',
        {},
        message.is_edited ? el('span', {}, t('chats.edited')) : null,
        el('time', {}, clock(message.at)),
        marks(message),
      ),
    );
  }

  return { bubble, clock };
});
