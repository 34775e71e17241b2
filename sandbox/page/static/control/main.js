/** The people's page of the control address: one section a subject, all over the JSON routes of `/_sandbox/`. */
define(['host/dom', 'control/ask', 'control/requests', 'control/faults', 'control/life', 'control/hooks'], (
  { fill },
  ask,
  requests,
  faults,
  life,
  hooks,
) => {
  const rooms = document.getElementById('rooms');
  fill(rooms, requests.draw(), life.draw(), faults.draw(), hooks.draw());

  async function showState() {
    const state = await ask.get('state');
    const clock = new Date(state.clock.now * 1000).toISOString().replace('T', ' ').slice(0, 19);
    document.getElementById('state').textContent = [
      `seed ${state.seed}`,
      `${clock} UTC${state.clock.is_stopped ? ' (stopped)' : ''}`,
      `installed: ${state.installed.length}`,
      `connected: ${state.scopes.filter((scope) => scope.is_connected).length}`,
      `faults: ${state.faults.length}`,
    ].join(' · ');
  }
  ask.onChange(showState);
  showState();
  setInterval(showState, 5000);
});
