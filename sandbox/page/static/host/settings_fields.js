/**
 * Fields of the settings window by type of the manifest: text, pass, users, users_lp, custom.
 * https://www.amocrm.ru/developers/content/integrations/fields
 */
define(['jquery', 'host/boot', 'host/dom'], ($, boot, { el }) => {
  const label = (langs, code, field) =>
    (langs.settings && langs.settings[code]) ||
    String(field.name || code)
      .split('.')
      .reduce((node, part) => (node || {})[part], langs) ||
    field.name ||
    code;
  const managers = () => Object.values(boot.constants.managers).filter((manager) => manager.active);

  function input(code, type, value, attributes) {
    return el('input.widget_settings_block__controls__.text-input', {
      name: code,
      type,
      value: value === undefined || value === null ? '' : value,
      autocomplete: 'off',
      ...attributes,
    });
  }

  function perUser(code, saved, parts) {
    return managers().map((manager) =>
      el(
        'div.widget_settings_block__users__item',
        {},
        el('span', {}, manager.title),
        parts.map((part) => {
          const kept = (saved || {})[manager.id];
          const value = part ? (kept || {})[part] : kept;
          return input(
            part ? `${code}[${manager.id}][${part}]` : `${code}[${manager.id}]`,
            part === 'password' ? 'password' : 'text',
            value,
            { 'aria-label': part ? `${manager.title}: ${part}` : manager.title, placeholder: part || false },
          );
        }),
      ),
    );
  }

  function custom(entry, code, value) {
    const text = value && typeof value === 'object' ? JSON.stringify(value) : value;
    return [
      input(code, 'hidden', text, { id: `${entry.code}_custom`, class: 'widget_settings_block__controls__ js-custom' }),
      el(`div#${entry.code}_custom_content`),
    ];
  }

  function control(entry, code, field) {
    const value = entry.settings[code];
    if (field.type === 'users') return perUser(code, value, ['']);
    if (field.type === 'users_lp') return perUser(code, value, ['login', 'password']);
    if (field.type === 'custom') return custom(entry, code, value);
    return input(code, field.type === 'pass' ? 'password' : 'text', value, { id: `field_${entry.code}_${code}` });
  }

  function row(entry, langs, code, field) {
    if (field.type === 'custom')
      return el(
        'div.widget_settings_block__item_field.widget_settings_block__item_field_custom',
        {},
        control(entry, code, field),
      );
    const title = label(langs, code, field);
    return el(
      'div.widget_settings_block__item_field',
      {},
      el(
        'label.widget_settings_block__title_field',
        { title, for: `field_${entry.code}_${code}` },
        title,
        field.required ? ' *' : '',
      ),
      el('div.widget_settings_block__input_field', {}, control(entry, code, field)),
    );
  }

  const draw = (entry, langs) => Object.entries(entry.fields).map(([code, field]) => row(entry, langs, code, field));

  /** What stands in the fields now: field code → value, users → object by user id. */
  function read($body, entry) {
    const values = {};
    $body
      .find('#widget_settings__fields_wrapper')
      .find('input[name], select[name], textarea[name]')
      .each((_, node) => {
        const [, code, user, part] = /^([^[]+)(?:\[(\w+)\])?(?:\[(\w+)\])?$/.exec(node.name) || [];
        if (!code || !(code in entry.fields)) return;
        if (!user) values[code] = node.value;
        else if (!part) (values[code] = values[code] || {})[user] = node.value;
        else ((values[code] = values[code] || {})[user] = values[code][user] || {})[part] = node.value;
      });
    return values;
  }

  /** Codes of required fields that are empty. */
  function missing(entry, values) {
    return Object.entries(entry.fields)
      .filter(([code, field]) => field.required && !values[code])
      .map(([code]) => code);
  }

  return { draw, read, missing, label };
});
