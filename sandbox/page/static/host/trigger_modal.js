/**
 * The form of a Digital Pipeline trigger, with the anchors that `dpSettings` looks for.
 * https://developers.kommo.com/docs/widgets-dp
 */
define(['host/api', 'host/dom', 'host/text', 'host/loader', 'host/settings_fields', 'lib/components/base/modal'], (
  api,
  { el },
  t,
  loader,
  fields,
  Modal,
) => {
  function row(entry, langs, code, field, values) {
    const title = fields.label({ ...langs, settings: null }, code, field);
    return el(
      'div.digital-pipeline__short-task_widget-field',
      {},
      el('label.widget_settings_block__title_field', { for: `dp_${code}` }, title),
      el('input.text-input', {
        id: `dp_${code}`,
        name: code,
        type: field.type === 'pass' ? 'password' : 'text',
        value: values[code] || '',
        'data-code': code,
      }),
    );
  }

  function read(form, entry) {
    const found = Object.keys(entry.dp.settings || {}).map((code) => [
      code,
      form.querySelector(`[name="${code}"]`).value,
    ]);
    return Object.fromEntries(found);
  }

  /** Opens a trigger; `saved` is null for a new one. */
  async function open(entry, pipeline, status, saved, redraw) {
    const widget = await loader.load(entry);
    let modal = null;
    const values = (saved && saved.settings) || {};
    const form = el(
      'form.digital-pipeline__edit-process',
      {
        onsubmit: async (event) => {
          event.preventDefault();
          await api.post('/ajax/triggers', {
            id: saved && saved.id,
            code: entry.code,
            pipeline_id: pipeline.id,
            status_id: status.id,
            settings: read(form, entry),
          });
          modal.destroy();
          redraw();
        },
      },
      el(
        'div',
        {},
        el(
          'div',
          {},
          el(
            `div.digital-pipeline__short-task_widget-style_${entry.code}.digital-pipeline__short-task_widget-style`,
            {},
            el('h2.modal-body__caption', {}, entry.texts.name),
            el('p.muted', {}, status.name),
          ),
        ),
        el(
          'div',
          { 'data-action': 'send_widget_hook' },
          Object.entries(entry.dp.settings || {}).map(([code, field]) =>
            row(entry, widget.langs || {}, code, field, values),
          ),
          el('input', { type: 'hidden', name: 'widget_code', value: entry.code }),
        ),
      ),
      el(
        'div.modal-body__actions',
        {},
        el('button.button-input.button-input_blue.js-trigger-save', { type: 'submit' }, t('settings.save')),
        el('button.button-cancel', { type: 'button' }, t('common.cancel')),
      ),
    );
    modal = new Modal({
      class_name: `modal-list digital-pipeline__modal ${entry.code}`,
      init: ($body) =>
        $body.append(el('button.modal-body__close', { type: 'button', 'aria-label': t('common.close') }, '×'), form),
    });
    loader.tryCall(entry, widget, 'dpSettings');
    window.sandboxTrigger = entry.code;
  }

  return { open };
});
