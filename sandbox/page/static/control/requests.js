/** The log of requests: what came in and what went out, each with its verdict; one can be replayed. */
define(['host/calm', 'host/dom', 'control/ask'], (calm, { el, fill }, ask) => {
  const SHOWN = 200;
  const kept = [];
  let chosen = null;

  const rows = el('tbody');
  const detail = el('div.control__detail', { hidden: true });
  const words = el('input.text-input', {
    type: 'search',
    placeholder: 'Filter: path, label or verdict',
    'aria-label': 'Filter',
    oninput: draw,
  });
  const refusedOnly = el('input', { type: 'checkbox', id: 'refused_only', onchange: draw });
  const isBad = (entry) => entry.status >= 400 || entry.status === 0 || /^(refused|fault)/.test(entry.verdict);
  const outcome = el('p.control__outcome', { role: 'status' });

  function matches(entry) {
    const text = `${entry.method} ${entry.url} ${entry.label} ${entry.verdict}`.toLowerCase();
    return text.includes(words.value.toLowerCase()) && (!refusedOnly.checked || isBad(entry));
  }

  function row(entry) {
    const pick = () => {
      chosen = entry;
      showDetail();
    };
    return el(
      'tr',
      { 'data-bad': isBad(entry) ? 'true' : null, 'data-number': entry.number },
      el(
        'td',
        {},
        el(
          'button.button-plain',
          { type: 'button', onclick: pick, 'aria-label': `Show request ${entry.number}` },
          String(entry.number),
        ),
      ),
      el('td', { title: entry.direction === 'in' ? 'came in' : 'sent' }, entry.direction === 'in' ? '→' : '←'),
      el('td', {}, entry.label),
      el('td.control__url', {}, `${entry.method} ${entry.url}`),
      el('td', {}, String(entry.status || '–')),
      el('td', {}, entry.verdict),
      el('td', {}, `${Math.round(entry.seconds * 1000)} ms`),
    );
  }

  function draw() {
    const found = kept.filter(matches).slice(-SHOWN).reverse();
    fill(rows, found.map(row), found.length ? null : el('tr', {}, el('td.empty', { colspan: 7 }, 'No request yet.')));
  }

  function block(title, text) {
    return text ? [el('h3', {}, title), el('pre', { tabindex: '0' }, text)] : [];
  }

  function pretty(text) {
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch (error) {
      return text;
    }
  }

  function showDetail() {
    const headers = Object.entries(chosen.headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n');
    detail.hidden = false;
    outcome.textContent = '';
    fill(
      detail,
      el(
        'header',
        {},
        el('h3', {}, `Request ${chosen.number}: ${chosen.verdict}`),
        el(
          'button.button-input',
          {
            type: 'button',
            onclick: () =>
              ask.told(
                outcome,
                () => ask.post(`log/${chosen.number}/replay`),
                (answer) => `Replayed: ${answer.status || answer.error}`,
              ),
          },
          'Replay',
        ),
        el(
          'button.button-cancel',
          {
            type: 'button',
            onclick: () => {
              detail.hidden = true;
            },
          },
          'Close',
        ),
      ),
      outcome,
      block('Headers', headers),
      block('Body', pretty(chosen.body)),
      block('Answer', pretty(chosen.answer)),
    );
  }

  const refresh = calm(async () => {
    const last = kept.length ? kept[kept.length - 1].number : 0;
    const { requests } = await ask.get(`log?after=${last}`);
    kept.push(...requests);
    kept.splice(0, Math.max(0, kept.length - 1000));
    draw();
  });

  function follow() {
    const stream = new EventSource('/_sandbox/events');
    stream.onmessage = (event) => JSON.parse(event.data).kind === 'request' && refresh();
  }

  return {
    draw() {
      refresh();
      follow();
      return el(
        'section.control__room.control__room_wide',
        { 'aria-labelledby': 'requests_title' },
        el(
          'header',
          {},
          el('h2#requests_title', {}, 'Requests'),
          words,
          el('label', { for: 'refused_only' }, refusedOnly, ' refused only'),
        ),
        detail,
        el(
          'div.control__scroll',
          { tabindex: '0' },
          el(
            'table.control__table',
            {},
            el(
              'thead',
              {},
              el(
                'tr',
                {},
                ['#', '', 'Room', 'Request', 'Status', 'Verdict', 'Took'].map((name) => el('th', {}, name)),
              ),
            ),
            rows,
          ),
        ),
      );
    },
  };
});
