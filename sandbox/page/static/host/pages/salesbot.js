/**
 * The Salesbot designer, as far as a widget's step goes: settings drawn from the manifest, exits, and the bot's code.
 * https://developers.kommo.com/docs/salesbot-sdk
 */
define(['jquery', 'host/dom', 'host/text', 'host/place', 'host/loader', 'host/twig_setup', 'host/api'], (
  $,
  { el, fill },
  t,
  place,
  loader,
  { hostTemplate },
  api,
) => {
  const TRIES = 50;
  const PAUSE_MS = 200;

  const steps = (entry) =>
    Object.entries(entry.salesbot_designer || {}).filter(([, step]) => step && typeof step === 'object' && step.name);
  const textOf = (langs, path) =>
    String(path)
      .split('.')
      .reduce((node, part) => (node || {})[part], langs) || path;

  function fieldRow(langs, code, field) {
    return el(
      'label.salesbot-row',
      {},
      el('span', {}, textOf(langs, field.name || code)),
      el('input.text-input', {
        name: code,
        type: field.type === 'numeric' ? 'number' : 'text',
        value: field.default_value || '',
      }),
    );
  }

  /** Draws a row the widget asks for by `renderRow(caption, control)`; controls come from the CRM's templates. */
  function renderRow(caption, control, params) {
    if (typeof caption === 'object') return hostTemplate('/tmpl/controls/input.twig').render(caption);
    const inside =
      typeof control === 'string' && /^[\w/]+$/.test(control)
        ? hostTemplate(`/tmpl/controls/${control}.twig`).render(params || {})
        : control || '';
    return `<div class="salesbot-row"><span>${caption || ''}</span>${inside}</div>`;
  }

  function values(body) {
    return Object.fromEntries(
      [...body.querySelectorAll('input[name], select[name], textarea[name]')].map((node) => [node.name, node.value]),
    );
  }

  /** Finds the step that asks the integration's own server, wherever it stands in a bot's code. */
  function requestIn(code) {
    if (!code || typeof code !== 'object') return undefined;
    if (code.handler === 'widget_request') return code.params;
    return Object.values(code).map(requestIn).find(Boolean);
  }

  /** Sends the request as a bot does that has come to this step, and shows what the bot is told. */
  async function run(params, lead, out) {
    const told = async () => (await api.get('/_sandbox/triggers/told')).told;
    const before = (await told()).length;
    const body = { account: api.account.id, url: params.url, data: params.data || {}, lead };
    await api.post('/_sandbox/triggers/bot', body);
    for (let tries = 0; tries < TRIES; tries += 1) {
      const said = (await told())[before];
      if (said) return fill(out, el('pre.salesbot-told', {}, JSON.stringify(said.told, null, 2)));
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
    return fill(out, el('p.widget-settings__error', { role: 'alert' }, t('salesbot.waits')));
  }

  function runner(params) {
    const lead = el('input.text-input', { type: 'number', value: '501', 'aria-label': t('salesbot.lead') });
    const out = el('div');
    const fail = (error) => fill(out, el('p.widget-settings__error', { role: 'alert' }, error.message));
    const onclick = () => run(params, Number(lead.value), out).catch(fail);
    return el(
      'div.salesbot-run',
      {},
      el('label.salesbot-row', {}, el('span', {}, t('salesbot.lead')), lead),
      el('button.button-input.js-salesbot-run', { type: 'button', onclick }, t('salesbot.run')),
      out,
    );
  }

  async function save(entry, widget, handler, body, out) {
    const given = await loader.tryCall(entry, widget, 'onSalesbotDesignerSave', handler, values(body));
    let problem = '';
    try {
      JSON.parse(given);
    } catch (error) {
      problem = t('salesbot.not_json', { problem: error.message });
    }
    if (problem) {
      fill(out, el('p.widget-settings__error', { role: 'alert' }, problem));
      return;
    }
    const code = JSON.parse(given);
    const asks = requestIn(code);
    fill(out, el('pre.salesbot-code', {}, JSON.stringify(code, null, 2)), asks ? runner(asks) : '');
  }

  function step(entry, widget, handler, described) {
    const body = el(
      'div.salesbot-designer__step-body',
      {},
      Object.entries(described.settings || {}).map(([code, field]) => fieldRow(widget.langs || {}, code, field)),
    );
    const [exits, out] = [el('ul.salesbot-exits'), el('div')];
    const box = el(
      'article.salesbot-step',
      { 'data-code': entry.code, 'data-handler': handler },
      el('h2', {}, textOf(widget.langs || {}, described.name)),
      body,
      exits,
      el(
        'button.button-input.button-input_blue.js-salesbot-save',
        { type: 'button', onclick: () => save(entry, widget, handler, body, out) },
        t('salesbot.save'),
      ),
      out,
    );
    const answer = loader.tryCall(entry, widget, 'salesbotDesignerSettings', $(body), renderRow, values(body));
    Promise.resolve(answer)
      .then((given) =>
        fill(
          exits,
          ((given || {}).exits || []).map((exit) => el('li', {}, `${exit.title} (${exit.code})`)),
        ),
      )
      .catch(() => {});
    return box;
  }

  async function show(holder) {
    place.move({ area: 'salesbot_designer', page: 'settings-communications', dotted: 'settings.communications' });
    const list = el('div.salesbot-designer.work-area#list_page_holder');
    fill(holder, el('header.page-head', {}, el('h1', {}, t('salesbot.title'))), list);
    await loader.enter('salesbot_designer', (entry, widget) => {
      if (!entry.locations.includes('salesbot_designer')) return;
      steps(entry).forEach(([handler, described]) => list.append(step(entry, widget, handler, described)));
    });
    if (!list.children.length) list.append(el('p.empty', {}, t('salesbot.none')));
  }

  return { section: 'settings', show };
});
