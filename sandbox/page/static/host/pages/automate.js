/**
 * Automate: lead sources and triggers of a pipeline's stages (location digital_pipeline).
 * https://developers.kommo.com/docs/widgets-dp
 */
define([
  'jquery',
  'host/boot',
  'host/api',
  'host/dom',
  'host/icons',
  'host/text',
  'host/place',
  'host/live',
  'host/loader',
  'host/sources',
  'host/trigger_modal',
  'lib/components/base/modal',
], ($, boot, api, { el, fill, picture }, icon, t, place, live, loader, sources, triggers, Modal) => {
  const isTrigger = (entry) => entry.active === 'Y' && entry.locations.includes('digital_pipeline') && entry.dp;

  function choose(entries, pipeline, status, redraw) {
    let modal = null;
    const choice = (entry) =>
      el(
        'li',
        {},
        el(
          'button.source-choice',
          {
            type: 'button',
            'data-widget-code': entry.code,
            onclick: () => {
              modal.destroy();
              triggers.open(entry, pipeline, status, null, redraw);
            },
          },
          picture('source-choice__logo', [`${entry.images_path}/logo_dp.png`, `${entry.images_path}/logo_small.png`]),
          el('span', {}, entry.texts.name),
        ),
      );
    modal = new Modal({
      class_name: 'modal-list digital-pipeline__add-trigger',
      init: ($body) =>
        $body.append(
          el('button.modal-body__close', { type: 'button', 'aria-label': t('common.close') }, '×'),
          el('h2.modal-body__caption', {}, t('dp.add')),
          el('ul.source-choices', {}, entries.map(choice), entries.length ? null : el('li.empty', {}, t('dp.none'))),
        ),
    });
  }

  function trigger(saved, entry, pipeline, status, redraw) {
    return el(
      'button.digital-pipeline__short-task',
      {
        type: 'button',
        'data-widget-code': saved.code,
        onclick: () => triggers.open(entry, pipeline, status, saved, redraw),
      },
      picture('dp-source__logo', [`${entry.images_path}/logo_dp.png`, `${entry.images_path}/logo_min.png`]),
      el('span', {}, entry.texts.name),
    );
  }

  function column(status, saved, byCode, pipeline, entries, redraw) {
    return el(
      'section.stage.digital-pipeline__statuses-row-item',
      { 'data-id': status.id },
      el('header.stage__head', { style: `--stage: ${status.color}` }, el('h2', {}, status.name)),
      el(
        'div.stage__leads',
        {},
        saved
          .filter((each) => byCode[each.code])
          .map((each) => trigger(each, byCode[each.code], pipeline, status, redraw)),
        el(
          'button.button-input.digital-pipeline__add-trigger',
          { type: 'button', onclick: () => choose(entries, pipeline, status, redraw) },
          icon('plus'),
          t('dp.add'),
        ),
      ),
    );
  }

  async function show(holder, pipelineId) {
    const pipeline = boot.pipelines.find((each) => each.id === Number(pipelineId)) || boot.pipelines[0];
    place.move({ area: 'digital_pipeline', page: 'leads-dp', dotted: 'leads.digital_pipeline', entity: 'leads' });
    const [aside, stages] = [el('aside.sources'), el('div.board__stages.digital-pipeline')];
    fill(
      holder,
      el(
        'header.page-head.list__body-right__top',
        {},
        el('h1', {}, t('dp.title', { name: pipeline.name })),
        el('a.button-input', { href: `/leads/pipeline/${pipeline.id}/`, 'data-path': true }, t('dp.done')),
      ),
      el('div.board#list_page_holder', {}, aside, stages),
    );
    async function draw() {
      const entries = (await loader.entries('digital_pipeline', true)).filter(isTrigger);
      const byCode = Object.fromEntries(entries.map((entry) => [entry.code, entry]));
      const { triggers: kept } = await api.get(`/ajax/triggers?pipeline_id=${pipeline.id}`);
      fill(
        stages,
        pipeline.statuses.map((status) =>
          column(
            status,
            kept.filter((each) => each.status_id === status.id),
            byCode,
            pipeline,
            entries,
            draw,
          ),
        ),
      );
    }
    await Promise.all([draw(), sources.draw(aside, pipeline)]);
    const stop = live.on('source', () => sources.draw(aside, pipeline));
    await loader.enter('digital_pipeline');
    return stop;
  }

  return { section: 'leads', show };
});
