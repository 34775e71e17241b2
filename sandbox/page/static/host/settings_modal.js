/**
 * The window of a widget's settings, opened from the integrations page or from its tile among the sources.
 * Anchors that widgets look for: https://www.amocrm.ru/developers/content/web_sdk/settings
 */
define([
  'jquery',
  'host/dom',
  'host/text',
  'host/loader',
  'host/settings_fields',
  'host/settings_actions',
  'lib/components/base/modal',
], ($, { el, fill, picture }, t, loader, fields, actions, Modal) => {
  const html = (selector, source, attributes) => {
    const node = el(selector, attributes || {});
    node.innerHTML = source;
    return node;
  };

  function head(entry) {
    return el(
      'div.widget-settings__head',
      {},
      picture('widget-settings__logo', [`${entry.images_path}/logo_small.png`]),
      el(
        'div',
        {},
        html('h2.widget-settings__title', entry.texts.name),
        el('p.muted', {}, `${entry.code} · ${entry.version}`),
        el('span.status', { 'data-status': entry.status }, t(`status.${entry.status}`)),
      ),
    );
  }

  function tour(entry) {
    const slides = entry.tour.images.map((path) => el('img.tour__slide', { src: entry.path + path, alt: '' }));
    return el(
      'div.widget-settings__tour',
      {},
      el('div.tour__slides', { tabindex: '0' }, slides),
      html('div.tour__description', entry.tour.description),
    );
  }

  function buttons(view) {
    const { entry } = view;
    const isNew = entry.status === 'install';
    const kind = isNew ? (view.showsTour ? 'js-widget-skip-tour' : 'js-widget-install') : 'js-widget-installed';
    const main =
      entry.installation === false
        ? null
        : el(
            `button.button-input.button-input_blue.js-widget-save.js-button-with-loader.${kind}#save_${entry.code}`,
            {
              type: 'button',
              name: 'save',
              'data-onsave-destroy-modal': 'true',
              'data-id': entry.id,
              onclick: () => actions.press(view),
            },
            el(
              'span.button-input-inner',
              {},
              el('span.button-input-inner__text', {}, t(isNew ? 'settings.install' : 'settings.save')),
            ),
          );
    const off = isNew ? null : actions.disableButton(view);
    return el('div.widget_settings_block__controls__.widget_settings_block__controls', {}, main, off);
  }

  function body(view) {
    const { entry } = view;
    const form = el(
      'div.widget_settings_block__fields#widget_settings__fields_wrapper',
      {},
      view.showsTour ? tour(entry) : fields.draw(entry, view.langs),
    );
    return el(
      'div.widget-settings',
      {},
      head(entry),
      el(
        'div.widget_settings_block',
        {},
        el(
          'div.widget-settings__wrap-desc-space',
          {},
          html('div.widget_settings_block__descr.widget-settings__desc-space', entry.texts.description),
        ),
        form,
        el('p.widget-settings__error', { role: 'alert' }),
        buttons(view),
      ),
    );
  }

  /** Draws the window's content for the present state and hands it to the widget. */
  function draw(view) {
    view.showsTour = Boolean(view.entry.tour) && view.entry.status === 'install';
    view.langs = view.widget.langs || {};
    fill(
      view.$body[0],
      el('button.modal-body__close', { type: 'button', 'aria-label': t('common.close') }, '×'),
      body(view),
    );
    view.$body.attr('aria-label', view.entry.texts.name);
    view.$body
      .find('.js-widget-save')
      .on('button:save:error', () => actions.fail(view, t('settings.refused')))
      .on('button:save:enable', (event) => $(event.currentTarget).prop('disabled', false));
    view.$body.trigger('modal:loaded').trigger('modal:centrify');
    loader.tryCall(view.entry, view.widget, 'settings', view.$body, view.context);
    window.sandboxSettings = view.entry.code;
  }

  /** Opens the settings of a widget; `context` names the source when its tile was clicked. */
  async function open(entry, context) {
    const widget = await loader.load(entry);
    const view = { entry, widget, context, draw: () => draw(view) };
    view.modal = new Modal({
      class_name: `modal-list widget-settings__modal ${entry.code}`,
      disable_enter_keydown: true,
      focus_element: '.modal-body__close',
      init($body) {
        view.$body = $body;
      },
      destroy() {
        window.sandboxSettings = null;
        $(document).trigger('widget:settings:closed', [entry.code]);
      },
    });
    draw(view);
    return view;
  }

  return { open };
});
