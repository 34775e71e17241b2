// A widget that writes down which callback ran, in what order and with what, where a test can read it.
define(['jquery'], function ($) {
  var NAMES = ['render', 'init', 'bind_actions', 'settings', 'onSave', 'onInstall', 'destroy', 'advancedSettings',
    'onAddAsSource', 'dpSettings', 'initMenuPage', 'salesbotDesignerSettings', 'onSalesbotDesignerSave'];

  function plain(value) {
    if (value && value.jquery) {
      return 'jQuery';
    }
    return value === undefined || typeof value === 'function' ? null : JSON.parse(JSON.stringify(value));
  }

  return function () {
    var self = this;
    var calls = window.calls = window.calls || [];

    function note(name) {
      return function () {
        calls.push([name].concat([].slice.call(arguments).map(plain)));
        return true;
      };
    }

    calls.push(['constructor', self.system().area, self.i18n('widget.name'), self.get_version()]);
    window.probe = this;
    this.callbacks = {};
    NAMES.forEach(function (name) {
      self.callbacks[name] = note(name);
    });
    /* more */
    return this;
  };
});
