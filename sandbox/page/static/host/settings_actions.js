/**
 * Install, save and disable, in the order of the callbacks: onSave, the CRM's own saving, then onInstall or destroy.
 * https://www.amocrm.ru/developers/content/integrations/script_js
 */
define([
  'jquery',
  'host/api',
  'host/dom',
  'host/text',
  'host/loader',
  'host/consent',
  'host/settings_fields',
  'lib/components/base/confirm',
], ($, api, { el }, t, loader, consent, fields, Confirm) => {
  function fail(view, text) {
    view.$body.find('.widget-settings__error').text(text);
    view.$body.find('.js-widget-save').prop('disabled', false).removeClass('button-input-loading');
  }

  function collect(view) {
    const values = fields.read(view.$body, view.entry);
    const missing = view.showsTour ? [] : fields.missing(view.entry, values);
    if (missing.length) {
      const names = missing.map((code) => fields.label(view.langs, code, view.entry.fields[code]));
      view.$body.find(`[name="${missing[0]}"]`).trigger('focus');
      throw new Error(t('settings.required', { names: names.join(', ') }));
    }
    return values;
  }

  /** Asks the widget; false, an exception or a rejected promise stops the saving. */
  async function askWidget(view, active, values) {
    if (typeof (view.widget.callbacks || {}).onSave !== 'function') throw new Error(t('settings.no_on_save'));
    const event = { active: active ? 'Y' : 'N', fields: values };
    const answer = await loader.call(view.entry, view.widget, 'onSave', event);
    if (answer === false) throw new Error(t('settings.refused'));
    return event.fields;
  }

  async function guarded(view, action) {
    view.$body.find('.widget-settings__error').text('');
    view.$body.find('.js-widget-save').prop('disabled', true).addClass('button-input-loading');
    try {
      await action();
    } catch (error) {
      fail(view, error && error.message ? error.message : t('settings.refused'));
    } finally {
      view.$body.find('.js-widget-save').prop('disabled', false).removeClass('button-input-loading');
    }
  }

  /** Takes over what the server knows now and draws the window anew when it shows another state. */
  function become(view, entry, redraw) {
    Object.assign(view.entry, entry);
    view.widget.set_settings({ ...entry.settings, status: entry.status, widget_active: entry.active });
    view.widget.set_status(entry.status);
    if (redraw) view.draw();
    else updateButtons(view);
  }

  /** Turns the install button into Save without redrawing: what the widget drew in the window stays. */
  function updateButtons(view) {
    view.$body
      .find('.status')
      .attr('data-status', view.entry.status)
      .text(t(`status.${view.entry.status}`));
    view.$body
      .find('.js-widget-save')
      .removeClass('js-widget-install js-widget-skip-tour')
      .addClass('js-widget-installed')
      .find('.button-input-inner__text')
      .text(t('settings.save'));
    if (!view.$body.find('.js-widget-uninstall').length)
      view.$body.find('.widget_settings_block__controls').append(disableButton(view));
  }

  const disableButton = (view) =>
    el(
      `button.button-input.button-input_danger.js-widget-uninstall#${view.entry.code}`,
      { type: 'button', onclick: () => disable(view) },
      t('settings.disable'),
    );

  const press = (view) => (view.entry.status === 'install' ? install(view) : save(view));

  async function install(view) {
    let values;
    try {
      values = collect(view);
    } catch (error) {
      fail(view, error.message);
      return;
    }
    if (!(await consent.ask(view.entry))) return;
    await guarded(view, async () => {
      const kept = await askWidget(view, true, values);
      const answer = await api.post('/ajax/widgets/install', { code: view.entry.code, settings: kept });
      become(view, answer.widget, view.showsTour);
      consent.report(answer);
      loader.tryCall(view.entry, view.widget, 'onInstall');
      $(document).trigger('widget:installed', [view.entry.code, view.entry.settings]);
    });
  }

  async function save(view) {
    await guarded(view, async () => {
      const kept = await askWidget(view, true, collect(view));
      const answer = await api.post('/ajax/widgets/save', { code: view.entry.code, settings: kept });
      become(view, answer.widget, false);
      view.modal.destroy();
      $(document).trigger('widget:saved', [view.entry.code]);
    });
  }

  function disable(view) {
    const question = new Confirm({
      text: t('settings.disable_question'),
      accept_text: t('settings.disable'),
      button_class: 'button-input_danger',
      accept: () =>
        guarded(view, async () => {
          await askWidget(view, false, fields.read(view.$body, view.entry));
          const answer = await api.post('/ajax/widgets/disable', { code: view.entry.code });
          consent.report(answer);
          loader.destroy(view.entry.code);
          view.modal.destroy();
          $(document).trigger('widget:removed', [view.entry.code]);
        }),
    });
    return question;
  }

  return { press, disableButton, fail };
});
