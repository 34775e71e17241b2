/** Sends any hook: a published sample or a body of one's own, signed well or badly. */
define(['host/dom', 'control/ask'], ({ el, fill }, ask) => {
  const outcome = el('p.control__outcome', { role: 'status' });
  const vector = el('select', { id: 'hook_vector' });
  const mode = el('select', { id: 'hook_mode' });
  const body = el('textarea.text-input.text-input-textarea', {
    id: 'hook_body',
    placeholder: 'Leave empty to send the sample',
  });

  let loaded = Promise.resolve();

  async function load() {
    const { vectors, modes } = await ask.get('hooks');
    fill(
      vector,
      vectors.map((name) => el('option', { value: name }, name)),
    );
    fill(
      mode,
      modes.map((name) => el('option', { value: name }, name)),
    );
  }

  function wish() {
    const own = body.value.trim();
    return own ? { body: JSON.parse(own), mode: mode.value } : { vector: vector.value, mode: mode.value };
  }

  const said = (answer) =>
    answer.outcomes
      .map((each) => each.error || `answered ${each.status} in ${Math.round(each.seconds * 1000)} ms`)
      .join('; ');
  const send = (event) => {
    event.preventDefault();
    ask.told(outcome, () => loaded.then(() => ask.post('hooks', wish())), said);
  };

  return {
    draw() {
      loaded = load();
      return el(
        'section.control__room',
        { 'aria-labelledby': 'hooks_title' },
        el('header', {}, el('h2#hooks_title', {}, 'Send a chat hook')),
        el(
          'form.control__form',
          { onsubmit: send },
          el('label', { for: 'hook_vector' }, 'Sample'),
          vector,
          el('label', { for: 'hook_mode' }, 'How'),
          mode,
          el('label', { for: 'hook_body' }, 'Body of your own (JSON)'),
          body,
          el('button.button-input.button-input_blue', { type: 'submit' }, 'Send'),
        ),
        outcome,
      );
    },
  };
});
