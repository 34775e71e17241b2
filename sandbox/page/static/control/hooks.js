/** Sends any hook: a published sample, retold for a chat of the inbox, or a body of one's own, signed well or badly. */
define(['host/dom', 'control/ask'], ({ el, fill }, ask) => {
  const outcome = el('p.control__outcome', { role: 'status' });
  const vector = el('select', { id: 'hook_vector' });
  const chat = el('select', { id: 'hook_chat', onfocus: loadChats });
  const mode = el('select', { id: 'hook_mode' });
  const crm = el('select', { id: 'hook_crm' });
  const body = el('textarea.text-input.text-input-textarea', {
    id: 'hook_body',
    placeholder: 'Leave empty to send the sample',
  });

  let loaded = Promise.resolve();

  const options = (select, names) =>
    fill(
      select,
      names.map((name) => el('option', { value: name }, name)),
    );

  async function loadChats() {
    const { chats } = await ask.get('chats');
    const chosen = chat.value;
    const titled = chats.map((each) => el('option', { value: each.id }, `${each.customer.name}: ${each.last_text}`));
    fill(chat, el('option', { value: '' }, 'nobody: as published'), titled);
    chat.value = chats.some((each) => each.id === chosen) ? chosen : '';
  }

  async function load() {
    const known = await ask.get('hooks');
    options(vector, known.vectors);
    options(mode, known.modes);
    options(crm, known.crm);
    await loadChats();
  }

  function wish() {
    const own = body.value.trim();
    if (own) return { body: JSON.parse(own), mode: mode.value };
    return { vector: vector.value, mode: mode.value, chat: chat.value || undefined };
  }

  const said = (answer) =>
    answer.outcomes
      .map((each) => each.error || `answered ${each.status} in ${Math.round(each.seconds * 1000)} ms`)
      .join('; ');
  const send = (event) => {
    event.preventDefault();
    ask.told(outcome, () => loaded.then(() => ask.post('hooks', wish())), said);
  };
  const edit = () =>
    ask.told(
      outcome,
      async () => {
        const query = chat.value ? `?chat=${chat.value}` : '';
        body.value = JSON.stringify((await ask.get(`hooks/${vector.value}${query}`)).body, null, 2);
      },
      () => 'Change the body and send it.',
    );
  const sendCrm = (event) => {
    event.preventDefault();
    ask.told(
      outcome,
      () => loaded.then(() => ask.post('hooks/crm', { vector: crm.value })),
      (answer) => `On its way to ${answer.destinations.join(', ')}.`,
    );
  };

  const chatForm = () =>
    el(
      'form.control__form',
      { onsubmit: send },
      el('label', { for: 'hook_vector' }, 'Sample'),
      vector,
      el('label', { for: 'hook_chat' }, 'Chat that it is about'),
      chat,
      el('label', { for: 'hook_mode' }, 'How'),
      mode,
      el('label', { for: 'hook_body' }, 'Body of your own (JSON)'),
      body,
      el(
        'div.control__buttons',
        {},
        el('button.button-input.button-input_blue', { type: 'submit' }, 'Send'),
        el('button.button-input', { type: 'button', onclick: edit }, 'Edit the sample'),
      ),
    );
  const crmForm = () =>
    el(
      'form.control__form',
      { onsubmit: sendCrm },
      el('label', { for: 'hook_crm' }, 'CRM hook, to every webhook of the account'),
      crm,
      el('button.button-input', { type: 'submit' }, 'Send CRM hook'),
    );

  return {
    draw() {
      loaded = load();
      return el(
        'section.control__room',
        { 'aria-labelledby': 'hooks_title' },
        el('header', {}, el('h2#hooks_title', {}, 'Send a hook')),
        chatForm(),
        crmForm(),
        outcome,
      );
    },
  };
});
