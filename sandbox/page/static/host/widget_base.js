/**
 * The object that a widget inherits: everything here is readable inside its constructor already.
 * https://developers.kommo.com/docs/script-js
 */
define([
  'jquery',
  'underscore',
  'host/boot',
  'host/place',
  'host/watched',
  'host/widget_render',
  'host/widget_requests',
  'host/widget_screens',
], ($, _, boot, place, { watchedEnd, watched }, rendering, requests, screens) => {
  const user = boot.constants.user;

  function system() {
    return {
      area: place.area,
      amouser_id: user.id,
      amouser: user.login,
      amohash: '',
      subdomain: boot.constants.account.subdomain,
      domain: boot.zone,
      server: location.origin,
      account_id: boot.constants.account.id,
      displayed_count: 4,
      displayed_count_by_area: {},
    };
  }

  /** Text or group of texts by dotted path; false when there is none. */
  function lookUp(langs, path) {
    if (typeof path !== 'string') return false;
    const found = path
      .split('.')
      .reduce((node, part) => (node && typeof node === 'object' ? node[part] : undefined), langs);
    return found === undefined ? false : found;
  }

  const texts = (base) => ({
    set_lang(langs) {
      base.langs = langs;
    },
    i18n: (path) => lookUp(base.langs, path),
  });

  const settings = (base) => ({
    get_settings: () => base.params,
    set_settings(values) {
      Object.assign(base.params, values);
    },
    get_version: () => base.params.version,
    get_install_status: () => base.params.status,
    get_status: () => base.params.status,
    set_status(status) {
      base.params.status = status;
      $(document).trigger('widgets:status:change', [base.params.widget_code, status]);
    },
  });

  /** The settings object of load step 6: saved values and service fields. */
  function paramsOf(entry) {
    return {
      ...entry.settings,
      id: entry.id,
      status: entry.status,
      widget_code: entry.code,
      path: entry.path,
      version: entry.version,
      oauth_client_uuid: entry.oauth_client_uuid,
      widget_active: entry.active,
      images_path: entry.images_path,
      cdn_path: entry.cdn_path,
      cdn_images_path: entry.cdn_images_path,
      support: entry.support,
      login: user.login,
    };
  }

  /** The base for one row of the list of widgets, with its texts. */
  return function widgetBase(entry, langs) {
    const base = Object.create(watchedEnd('self'));
    Object.assign(
      base,
      { params: paramsOf(entry), langs, ns: `.widget:${entry.code}`, init_once: entry.init_once },
      { system: () => watched('self.system()', system()) },
      texts(base),
      settings(base),
    );
    Object.assign(base, rendering(base, entry), requests(base), screens(base, entry));
    return base;
  };
});
