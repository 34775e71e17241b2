/** The life of the world: clock, reset, tokens, seed. */
define(['host/dom', 'control/ask'], ({ el }, ask) => {
  const outcome = el('p.control__outcome', { role: 'status' });
  const seed = el('input.text-input', { id: 'life_seed', type: 'number', value: '1' });
  const leads = el('input.text-input', { id: 'life_leads', type: 'number', min: '1', value: '20' });
  const STEPS = [
    ['+ 5 s', 5],
    ['+ 1 min', 60],
    ['+ 20 min', 1200],
    ['+ 1 h', 3600],
    ['+ 1 day', 86400],
    ['+ 90 days', 90 * 86400],
  ];

  const press = (title, action, done) =>
    el('button.button-input', { type: 'button', onclick: () => ask.told(outcome, action, done) }, title);
  const clock = (answer) => `The clock says ${new Date(answer.now * 1000).toISOString()}.`;

  return {
    draw: () =>
      el(
        'section.control__room',
        { 'aria-labelledby': 'life_title' },
        el('header', {}, el('h2#life_title', {}, 'Clock and life')),
        el(
          'div.control__buttons',
          {},
          STEPS.map(([title, seconds]) => press(title, () => ask.post('clock', { move: seconds }), clock)),
          press('Stop clock', () => ask.post('clock', { stop: true }), clock),
          press('Run clock', () => ask.post('clock', { stop: false }), clock),
        ),
        el(
          'div.control__buttons',
          {},
          press(
            'Expire access tokens',
            () => ask.post('expire'),
            (answer) => `${answer.expired} tokens ended.`,
          ),
          press(
            'Reload widget',
            () => ask.post('reload'),
            (answer) => `Loaded: ${answer.widgets.map((each) => `${each.code} ${each.version}`).join(', ') || 'none'}`,
          ),
        ),
        el(
          'div.control__form',
          {},
          el('label', { for: 'life_leads' }, 'Leads to make'),
          leads,
          press(
            'Make leads',
            () => ask.post('seed', { leads: Number(leads.value) }),
            (answer) => `${answer.leads} leads.`,
          ),
          el('label', { for: 'life_seed' }, 'Seed'),
          seed,
          press(
            'Reset the world',
            () => ask.post('reset', { seed: Number(seed.value) }),
            () => 'The world is new.',
          ),
        ),
        outcome,
      ),
  };
});
