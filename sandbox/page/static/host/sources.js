/**
 * Lead sources of a pipeline: the column of tiles and the dialog that adds one.
 * A widget with the location lead_sources is told by `onAddAsSource(pipeline_id)`: https://developers.kommo.com/docs/script-js
 */
define([
  'jquery',
  'host/api',
  'host/dom',
  'host/icons',
  'host/text',
  'host/loader',
  'host/settings_modal',
  'lib/components/base/modal',
  'lib/components/base/confirm',
], ($, api, { el, fill, picture }, icon, t, loader, settings, Modal, Confirm) => {
  const offered = async () =>
    (await loader.entries('lead_sources', true)).filter(
      (entry) =>
        loader.belongs(entry, 'lead_sources') &&
        entry.locations.some((location) => location.startsWith('lead_sources')),
    );

  function remove(source, redraw) {
    return new Confirm({
      text: t('sources.remove_question', { name: source.name }),
      accept_text: t('sources.remove'),
      accept: async () => {
        await api.remove(`/ajax/sources/${source.widget_code}/${source.pipeline_id}`);
        redraw();
      },
    });
  }

  function rename(source, title) {
    const field = el('input.text-input', { value: source.name, 'aria-label': t('sources.name') });
    // Leaving the field saves, Enter leaves it; an empty name keeps the old one.
    const save = async () => {
      const name = field.value.trim();
      if (name && name !== source.name) await api.put(`/ajax/sources/${source.id}`, { name });
      source.name = name || source.name;
      title.textContent = source.name;
      field.replaceWith(title);
    };
    field.addEventListener('keydown', (event) => event.key === 'Enter' && field.blur());
    field.addEventListener('blur', save, { once: true });
    title.replaceWith(field);
    field.focus();
  }

  /** A tile; clicking it opens the widget's settings with the source's two ids. */
  function tile(source, entry, redraw) {
    const title = el('span.dp-source__title', {}, source.name);
    const open = () => settings.open(entry, { source_id: source.id, external_id: source.external_id });
    return el(
      'article.dp-source.dp-source_widget',
      {
        'data-widget-code': source.widget_code,
        'data-source-id': source.id || '',
        'data-external-id': source.external_id || '',
      },
      el(
        'button.dp-source__open',
        { type: 'button', onclick: open },
        picture('dp-source__logo', [`${entry.images_path}/logo_min.png`, `${entry.images_path}/logo_small.png`]),
        el('span.dp-source__text', {}, title, el('small.muted', {}, t('sources.widget'))),
      ),
      el(
        'span.dp-source__tools',
        {},
        source.id
          ? el('button.button-plain', { type: 'button', onclick: () => rename(source, title) }, t('sources.rename'))
          : null,
        el('button.button-plain', { type: 'button', onclick: () => remove(source, redraw) }, t('sources.remove')),
      ),
    );
  }

  async function add(entry, pipeline, modal) {
    if (entry.status === 'install') {
      modal.destroy();
      await settings.open(entry);
      return;
    }
    await api.post('/ajax/sources', { widget_code: entry.code, pipeline_id: pipeline.id });
    modal.destroy();
    const widget = await loader.load(entry);
    loader.tryCall(entry, widget, 'onAddAsSource', pipeline.id);
    $(document).trigger('widget:source:added', [entry.code, pipeline.id]);
  }

  function choice(entry, pipeline, taken, getModal) {
    const note = taken ? t('sources.already') : t(`status.${entry.status}`);
    return el(
      'li',
      {},
      el(
        'button.source-choice',
        {
          type: 'button',
          'data-widget-code': entry.code,
          disabled: taken,
          onclick: () => add(entry, pipeline, getModal()),
        },
        picture('source-choice__logo', [`${entry.images_path}/logo_small.png`]),
        el('span', {}, el('strong', {}, entry.texts.name), el('small.muted', {}, note)),
      ),
    );
  }

  /** The dialog: system channels first, then widgets, with a search box over both. */
  async function openDialog(pipeline, sources) {
    const entries = await offered();
    let modal = null;
    const list = el('ul.source-choices');
    const search = el('input.text-input', {
      type: 'search',
      placeholder: t('common.search'),
      'aria-label': t('common.search'),
      oninput: draw,
    });
    function draw() {
      const words = search.value.toLowerCase();
      const found = entries.filter((entry) => `${entry.texts.name} ${entry.code}`.toLowerCase().includes(words));
      fill(
        list,
        found.map((entry) =>
          choice(
            entry,
            pipeline,
            sources.some((source) => source.widget_code === entry.code),
            () => modal,
          ),
        ),
        found.length ? null : el('li.empty', {}, t('sources.none_found')),
      );
    }
    draw();
    modal = new Modal({
      class_name: 'modal-list add-source',
      init: ($body) =>
        $body.append(
          el('button.modal-body__close', { type: 'button', 'aria-label': t('common.close') }, '×'),
          el('h2.modal-body__caption', {}, t('sources.add')),
          search,
          el('h3.section-title', {}, t('sources.system')),
          el('p.muted', {}, t('sources.system_text')),
          el('h3.section-title', {}, t('sources.widgets')),
          list,
        ),
      focus_element: 'input[type=search]',
    });
  }

  /** Draws the column of a pipeline's sources. */
  async function draw(column, pipeline) {
    const redraw = () => draw(column, pipeline);
    const [{ sources }, entries] = await Promise.all([
      api.get(`/ajax/sources?pipeline_id=${pipeline.id}`),
      loader.entries('lead_sources', true),
    ]);
    const byCode = Object.fromEntries(entries.map((entry) => [entry.code, entry]));
    fill(
      column,
      el('h2', {}, t('sources.title')),
      el(
        'div.sources__tiles',
        {},
        sources
          .filter((source) => byCode[source.widget_code])
          .map((source) => tile(source, byCode[source.widget_code], redraw)),
        sources.length ? null : el('p.empty', {}, t('sources.empty')),
      ),
      el(
        'button.button-input.sources__add.js-add-source',
        { type: 'button', onclick: () => openDialog(pipeline, sources) },
        icon('plus'),
        t('sources.add'),
      ),
    );
  }

  return { draw };
});
