/** Failures asked for on purpose. */
define(['host/dom', 'control/ask'], ({ el, fill }, ask) => {
  const set = el('ul.control__list');
  const outcome = el('p.control__outcome', { role: 'status' });
  const names = el('select', { id: 'fault_name', onchange: explain });
  const meaning = el('p.muted', { id: 'fault_meaning' });
  const route = el('input.text-input', { id: 'fault_route', value: '*' });
  const chance = el('input.text-input', {
    id: 'fault_chance',
    type: 'number',
    min: '0.05',
    max: '1',
    step: '0.05',
    value: '1',
  });
  const account = el('select', { id: 'fault_account', onfocus: loadAccounts });
  const seconds = el('input.text-input', { id: 'fault_seconds', type: 'number', step: 'any', placeholder: 'usual' });
  const once = el('input', { id: 'fault_once', type: 'checkbox', checked: true });
  let known = {};

  function explain() {
    meaning.textContent = known[names.value] || '';
  }

  function item(fault) {
    const how = fault.once ? 'once' : fault.chance < 1 ? `chance ${fault.chance}` : 'always';
    const where = `${fault.route}${fault.account ? ` of ${fault.account}` : ''}`;
    return el('li', {}, el('strong', {}, fault.name), ` on ${where}, ${how}, struck ${fault.struck} ×`);
  }

  function show(answer) {
    fill(set, answer.set.map(item), answer.set.length ? null : el('li.muted', {}, 'None is set.'));
  }

  async function loadAccounts() {
    const { accounts } = await ask.get('state');
    const chosen = account.value;
    const named = accounts.map((each) => el('option', { value: each.subdomain }, each.subdomain));
    fill(account, el('option', { value: '' }, 'every account'), named);
    account.value = chosen;
  }

  async function load() {
    loadAccounts();
    const answer = await ask.get('faults');
    known = answer.known;
    fill(
      names,
      Object.keys(known).map((name) => el('option', { value: name }, name)),
    );
    explain();
    show(answer);
  }

  const add = (event) => {
    event.preventDefault();
    const wish = { name: names.value, route: route.value, chance: Number(chance.value), once: once.checked };
    if (account.value) wish.account = account.value;
    if (seconds.value) wish.seconds = Number(seconds.value);
    ask.told(
      outcome,
      async () => show(await ask.post('faults', wish)),
      () => `${wish.name} is set.`,
    );
  };

  return {
    draw() {
      load();
      return el(
        'section.control__room',
        { 'aria-labelledby': 'faults_title' },
        el(
          'header',
          {},
          el('h2#faults_title', {}, 'Faults'),
          el(
            'button.button-input',
            {
              type: 'button',
              onclick: () =>
                ask.told(
                  outcome,
                  async () => show(await ask.remove('faults')),
                  () => 'All faults are cleared.',
                ),
            },
            'Clear all',
          ),
        ),
        set,
        el(
          'form.control__form',
          { onsubmit: add },
          el('label', { for: 'fault_name' }, 'Fault'),
          names,
          meaning,
          el('label', { for: 'fault_route' }, 'Route (path or hook, * fits all)'),
          route,
          el('label', { for: 'fault_account' }, 'Account'),
          account,
          el('label', { for: 'fault_seconds' }, 'Seconds (of slow, late, skew)'),
          seconds,
          el('label', { for: 'fault_chance' }, 'Chance'),
          chance,
          el('label.control__check', { for: 'fault_once' }, once, ' once only'),
          el('button.button-input.button-input_blue', { type: 'submit' }, 'Set fault'),
        ),
        outcome,
      );
    },
  };
});
