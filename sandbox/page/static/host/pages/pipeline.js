/** The pipeline board: the column of lead sources, then one column a stage. */
define([
  'jquery',
  'host/boot',
  'host/api',
  'host/calm',
  'host/dom',
  'host/icons',
  'host/text',
  'host/place',
  'host/live',
  'host/loader',
  'host/sources',
], ($, boot, api, calm, { el, fill }, icon, t, place, live, loader, sources) => {
  const money = (price) =>
    new Intl.NumberFormat(boot.lang, {
      style: 'currency',
      currency: boot.constants.account.currency,
      maximumFractionDigits: 0,
    }).format(price);

  function leadCard(lead) {
    const drag = (event) => event.dataTransfer.setData('text/lead', String(lead.id));
    return el(
      'a.lead',
      {
        href: `/leads/detail/${lead.id}/`,
        'data-path': true,
        'data-id': lead.id,
        draggable: 'true',
        ondragstart: drag,
      },
      el('span.lead__contact', {}, lead.contact || t('board.no_contact')),
      el('strong.lead__name', {}, lead.name || `#${lead.id}`),
      el(
        'span.lead__foot',
        {},
        lead.price ? el('span.lead__price', {}, money(lead.price)) : null,
        lead.source ? el('span.lead__source', {}, lead.source) : null,
      ),
    );
  }

  /** A lead dropped on a stage moves there; on its card the same is done with the keyboard. */
  function drop(event, status, pipeline) {
    const id = event.dataTransfer.getData('text/lead');
    if (!id) return;
    event.preventDefault();
    api.put(`/ajax/card/leads/${id}`, { status_id: status.id, pipeline_id: pipeline.id });
  }

  function stage(status, leads, pipeline) {
    return el(
      'section.stage',
      {
        'aria-label': status.name,
        'data-status-id': status.id,
        ondragover: (event) => event.preventDefault(),
        ondrop: (event) => drop(event, status, pipeline),
      },
      el(
        'header.stage__head',
        { style: `--stage: ${status.color}` },
        el('h2', {}, status.name),
        el('span.muted', {}, `${leads.length} · ${money(leads.reduce((sum, lead) => sum + lead.price, 0))}`),
      ),
      el('div.stage__leads', {}, leads.map(leadCard)),
    );
  }

  async function drawStages(board, pipeline) {
    const { leads } = await api.get(`/ajax/board?pipeline_id=${pipeline.id}`);
    fill(
      board,
      pipeline.statuses.map((status) =>
        stage(
          status,
          leads.filter((lead) => lead.status_id === status.id),
          pipeline,
        ),
      ),
    );
  }

  function head(pipeline) {
    const picker = el(
      'select.pipeline-picker',
      {
        'aria-label': t('board.pipeline'),
        onchange: (event) => window.APP.router.navigate(`/leads/pipeline/${event.target.value}/`),
      },
      boot.pipelines.map((each) => el('option', { value: each.id, selected: each.id === pipeline.id }, each.name)),
    );
    return el(
      'header.page-head.list__body-right__top.list__body-right__top_pipeline',
      {},
      el('h1', {}, t('board.title')),
      picker,
      el(
        'div.list__body-right__top__buttons',
        {},
        el('a.button-input', { href: '/chats/', 'data-path': true }, t('rail.chats')),
        el(
          'a.button-input.button-input_blue',
          { href: `/settings/pipeline/leads/${pipeline.id}/`, 'data-path': true },
          icon('plus'),
          t('board.automate'),
        ),
      ),
    );
  }

  async function show(holder, pipelineId) {
    const pipeline = boot.pipelines.find((each) => each.id === Number(pipelineId)) || boot.pipelines[0];
    place.move({ area: 'lead_sources', page: 'leads-pipeline', dotted: 'leads.pipeline', entity: 'leads' });
    const board = el('div.board__stages#pipeline_holder');
    const column = el('aside.sources', { 'aria-label': t('sources.title') });
    fill(holder, head(pipeline), el('div.board#list_page_holder', {}, column, board));
    const redraw = calm(() => drawStages(board, pipeline));
    const stops = [
      live.on('lead', redraw),
      live.on('unsorted', redraw), // a lead that a chat, a form or a call has made
      live.on(
        'source',
        calm(() => sources.draw(column, pipeline)),
      ),
    ];
    await Promise.all([drawStages(board, pipeline), sources.draw(column, pipeline)]);
    $(document).on('widget:installed.page widget:removed.page', () => sources.draw(column, pipeline));
    await loader.enter('lead_sources');
    return () => {
      stops.forEach((stop) => stop());
      $(document).off('.page');
    };
  }

  return { section: 'leads', show };
});
