/** Where a manager answers: text, files, and the sign that somebody writes. */
define(['host/api', 'host/dom', 'host/icons', 'host/text'], (api, { el }, icon, t) => {
  const TYPING_EVERY_MS = 3000;

  function composer(chat) {
    const field = el('textarea.composer__text', {
      rows: '1',
      placeholder: t('chats.write'),
      'aria-label': t('chats.write'),
    });
    const problem = el('p.composer__error', { role: 'alert' });
    const typing = () => api.post(`/ajax/chats/${chat.id}/typing`).catch(() => {});
    let typedAt = 0;
    async function send(event) {
      if (event) event.preventDefault();
      const text = field.value.trim();
      if (!text) return;
      field.value = '';
      problem.textContent = '';
      try {
        await api.post(`/ajax/chats/${chat.id}/messages`, { text });
      } catch (error) {
        field.value = text;
        problem.textContent = error.message;
      }
      field.focus();
    }
    field.addEventListener('keydown', (event) => event.key === 'Enter' && !event.shiftKey && send(event));
    field.addEventListener('input', () => {
      if (Date.now() - typedAt > TYPING_EVERY_MS) {
        typedAt = Date.now();
        typing();
      }
    });
    async function sendFile(event) {
      const [file] = event.target.files;
      if (!file) return;
      const form = new FormData();
      form.append('file', file);
      const response = await fetch(`/ajax/chats/${chat.id}/files`, { method: 'POST', body: form });
      problem.textContent = response.ok ? '' : t('chats.file_refused', { name: file.name });
      event.target.value = '';
    }
    const attach = el(
      'label.button-input.composer__attach',
      { title: t('chats.attach') },
      icon('clip'),
      el('span.sr', {}, t('chats.attach')),
      el('input.sr', { type: 'file', onchange: sendFile }),
    );
    return el(
      'form.composer',
      { onsubmit: send },
      attach,
      field,
      el('button.button-input.button-input_blue', { type: 'submit' }, t('chats.send')),
      problem,
    );
  }

  return composer;
});
