/**
 * The global object that widgets read: `APP`, and `AMOCRM` as its second name.
 * https://www.amocrm.ru/developers/content/web_sdk/env_variables
 */
define([
  'underscore',
  'host/boot',
  'host/watched',
  'host/notices',
  'host/text',
  'host/notifications',
  'host/place',
  'host/subscribers',
], (_, boot, { watched }, notices, t, notifications, place, subscribers) => {
  const constants = { ...boot.constants };

  /** `APP.constant(key)`; a value as second argument is kept, which public integrations are forbidden to do. */
  function constant(key, value) {
    if (value !== undefined) constants[key] = value;
    else if (!(key in constants) && !(key in place.constants())) {
      notices.add('member', `constant:${key}`, t('notices.constant', { key }), t('notices.member_text'));
    }
    return key in place.constants() ? place.constants()[key] : constants[key];
  }

  const users = () =>
    _.mapObject(boot.constants.managers, (manager) => ({
      id: manager.id,
      online: manager.id === boot.constants.user.id,
    }));
  const sdk = {
    _calling: false,
    showUserStatus(who) {
      const all = users();
      if (who === 'online') return _.keys(_.pick(all, (user) => user.online)).map(Number);
      return who in all ? all[who].online : all;
    },
    setCallingStatus(status) {
      sdk._calling = Boolean(status);
      return sdk._calling;
    },
    getCallingStatus: () => sdk._calling,
  };

  const data = {
    get current_card() {
      return place.card;
    },
    get current_list() {
      return place.list;
    },
    get current_view() {
      return place.view;
    },
    get current_entity() {
      return place.entity;
    },
    get is_card() {
      return Boolean(place.card);
    },
    get users() {
      return boot.constants.managers;
    },
    get pipelines() {
      return boot.pipelines;
    },
  };

  const widgets = {
    list: {},
    system: watched('APP.widgets.system', {
      get area() {
        return place.area;
      },
    }),
    cf_actions: {},
    legal_handlers: [],
    clear_cache() {
      sessionStorage.removeItem('widgets_list');
    },
    notificationsPhone: (options) => notifications.add_call(options),
  };

  const app = {
    constant,
    data: watched('APP.data', data),
    notifications: watched('APP.notifications', notifications),
    widgets: watched('APP.widgets', widgets),
    sdk: watched('APP.sdk', sdk),
    lang_id: boot.lang,
    environment: 'production',
    system: watched('APP.system', {
      timezone: boot.constants.account.timezone,
      format: { date: { full: 'DD.MM.YYYY HH:mm', date: 'DD.MM.YYYY', time: 'HH:mm', date_time: 'DD.MM.YYYY HH:mm' } },
    }),
    element_types: { contacts: 1, leads: 2, companies: 3, tasks: 4, customers: 12, contact: 1, lead: 2, company: 3 },
    cf_types: {
      text: 1,
      numeric: 2,
      checkbox: 3,
      select: 4,
      multiselect: 5,
      date: 6,
      url: 7,
      multitext: 8,
      textarea: 9,
      radiobutton: 10,
    },
    note_types: { common: 4, call_in: 10, call_out: 11, service_message: 25, system: 25 },
    getBaseEntity: () => place.entity,
    isCard: () => Boolean(place.card),
    getWidgetsArea: () => place.page,
    getV3WidgetsArea: () => place.dotted,
    addNotificationCallback: subscribers.add,
    router: { navigate: (path) => window.dispatchEvent(new CustomEvent('host:navigate', { detail: path })) },
  };
  window.APP = watched('APP', app);
  window.AMOCRM = window.APP;
  return window.APP;
});
