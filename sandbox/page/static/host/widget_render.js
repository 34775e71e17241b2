/**
 * `self.render` in its four documented forms, and `self.render_template` for the right panel.
 * https://developers.kommo.com/docs/script-js
 */
define(['jquery', 'host/twig_setup', 'host/notices', 'host/text'], ($, { twig, hostTemplate }, notices, t) => {
  const loadedAt = Date.now();

  /** Members for one widget; `base` is its prototype object, `entry` its row in the list of widgets. */
  return function rendering(base, entry) {
    const scope = (params) => ({
      lang: base.langs,
      lang_id: window.APP.lang_id,
      _time_format: window.APP.constant('account').time_format,
      ...params,
    });
    const scoped = (template) => ({ ...template, template, render: (params) => template.render(scope(params)) });

    /** Loads a file of the zip, once: the registry keeps compiled templates by address. */
    function load(options, done, failed) {
      const url = `${options.base_path || ''}${options.href}?v=${options.v || loadedAt}`;
      const known = twig({ ref: url });
      if (known) return done(scoped(known));
      $.get(url, (source) => done(scoped(twig({ id: url, data: source }))), 'text').fail((response) => {
        notices.add('widget', `template:${url}`, t('notices.file', { url }), `HTTP ${response.status}`);
        failed(new Error(`${url}: HTTP ${response.status}`));
      });
      return true;
    }

    function render(options, params) {
      if (typeof options.data === 'string') return twig({ data: options.data }).render(scope(params));
      if (options.ref) return hostTemplate(options.ref).render(scope(params));
      if (options.promised) return new Promise((done, failed) => load(options, done, failed));
      load(options, options.load || (() => {}), () => {});
      return true;
    }

    const TEMPLATE =
      '<div class="card-widgets__widget card-widgets__widget-{{ code }} {{ block }} {{ caption.class_name }}" id="{{ code }}" data-code="{{ code }}">' +
      '<div class="card-widgets__widget__caption js-widget-caption-block" tabindex="0" role="button" aria-expanded="true">' +
      '<span class="card-widgets__widget__caption__logo"><img src="{{ images }}/logo_medium.png" alt="{{ name }}"></span>' +
      '<span class="card-widgets__widget__caption__logo_min"><img src="{{ images }}/logo_min.png" alt=""></span>{{ caption.html }}</div>' +
      '<div class="card-widgets__widget__body js-body-hide">{{ body }}</div></div>';

    /** Puts markup into the standard block of the right panel. */
    function renderTemplate(options, params) {
      const inside = (options.render ? render({ data: options.render }, params) : '') + (options.body || '');
      const html = twig({ data: TEMPLATE }).render({
        code: entry.code,
        block: options.block_class_name || '',
        caption: options.caption || {},
        body: inside,
        images: base.params.images_path,
        name: (base.langs.widget || {}).name || entry.code,
      });
      $(`#widgets_block .card-widgets__widget-${entry.code}`).remove();
      $('#widgets_block .card-widgets__elements').first().append(html);
    }

    return { render, render_template: renderTemplate, template_element: TEMPLATE };
  };
});
