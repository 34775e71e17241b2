/**
 * What a widget reads from and adds to the screen: list selection, card contacts, call actions, feed sources, pipeline.
 * https://developers.kommo.com/docs/card-sdk
 */
define(['jquery', 'host/boot', 'host/place', 'lib/components/base/modal', 'host/notices', 'host/text', 'host/live'], (
  $,
  boot,
  place,
  Modal,
  notices,
  t,
  live,
) => {
  const SOURCE_TYPES = ['sms', 'chat', 'email', 'custom'];
  const CARDS = ['lcard', 'ccard', 'comcard', 'cucard'];

  function listSelected() {
    if (!place.list) return false;
    const selected = place.list.models
      .filter((item) => item.is_checked)
      .map(({ id, type, emails, phones }) => ({ id, type, emails, phones }));
    const count = (field) => selected.reduce((sum, item) => sum + item[field].length, 0);
    return { selected, summary: { items: selected.length, emails: count('emails'), phones: count('phones') } };
  }

  const lists = {
    list_selected: listSelected,
    get_current_card_contacts_data: () => Promise.resolve(place.card ? place.card.contacts : []),
    get_ccard_info: () => (place.area === 'ccard' && place.card ? place.card.info : false),
    get_lcard_info: () => (place.area === 'lcard' && place.card ? place.card.info : false),
    widgetsOverlay(isShown) {
      $('#card_widgets_overlay').toggle(Boolean(isShown));
    },
    get_accounts_current: () => ({
      account: { ...boot.constants.account, users: Object.values(boot.constants.managers) },
    }),
  };

  /** Pipeline this widget is attached to as a source; rejects when it is attached to none. */
  function pipelineId(code) {
    return $.getJSON('/ajax/sources').then((answer) => {
      const own = answer.sources.find((source) => source.type === 'widget' && source.widget_code === code);
      return own ? own.pipeline_id : $.Deferred().reject();
    });
  }

  function addAction(type, callback) {
    const actions = window.APP.widgets.cf_actions;
    const name = type === 'e-mail' ? 'email' : type;
    if (!['phone', 'email'].includes(name))
      notices.add('advice', `action:${type}`, t('notices.action', { type }), t('notices.action_text'));
    (actions[name] = actions[name] || {})[this.params.widget_code] = callback;
    $(document).trigger('widgets:actions:change');
  }

  function addSource(type, callback, text) {
    if (!SOURCE_TYPES.includes(type)) throw new Error(`add_source: unknown type ${type}`);
    if (typeof callback !== 'function') throw new Error('add_source: the second argument must be a function');
    if (type !== 'sms' && !text) throw new Error(`add_source: a source of type ${type} needs its text`);
    if (!CARDS.includes(place.area)) return;
    place.feedSources = [
      ...(place.feedSources || []),
      { type, callback, text: text || t('card.sms'), code: this.params.widget_code },
    ];
    $(document).trigger('widgets:sources:add', [this.params.widget_code, type]);
  }

  /** The CRM's socket as a widget sees it: channel names are documented, the content is the sandbox's stream. */
  function listen(name, keys, callback) {
    if (typeof name !== 'string' || typeof callback !== 'function')
      throw new TypeError('listenSocketChannel(name, keys, callback)');
    return live.on('*', (happening) => callback({ channel: name, ...happening }));
  }

  return function screens(base, entry) {
    return {
      ...lists,
      add_action: addAction.bind(base),
      add_source: addSource.bind(base),
      get_pipeline_id: () => pipelineId(entry.code),
      listenSocketChannel: listen,
      setSdkCatalogId(id) {
        base.sdkCatalogId = id;
      },
      setCountBadge(item, count) {
        $(`.rail [data-item="${item}"]`).attr('data-count', count || null);
      },
      background_install() {
        $(`#save_${entry.code}`).trigger('click');
      },
      add_call_notify: (given) => window.APP.notifications.add_call(given),
      helpers: { Modal },
    };
  };
});
