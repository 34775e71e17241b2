/** Shows the orders of a shop in the cards of leads and contacts. */
define(['jquery', 'underscore', './lib/orders.js'], function ($, _, orders) {
  'use strict';

  var BACKEND = 'https://orders.example';
  var EVENTS = '.order_board';

  return function () {
    var self = this;
    var board = null;

    /** The address of this widget's files. */
    function files() {
      return self.params.cdn_path || self.params.path;
    }

    function addStyle() {
      var href = files() + '/style.css?v=' + self.get_version();
      if (!$('link[href="' + href + '"]').length) {
        $('head').append($('<link>', {rel: 'stylesheet', href: href}));
      }
    }

    function showProblem(text) {
      APP.notifications.show_message_error({header: self.i18n('widget.name'), text: text});
    }

    /** Asks the shop for the orders of one contact. */
    function load(contactId) {
      return self.$authorizedAjax({url: BACKEND + '/orders', data: {contact: contactId}}).then(function (answer) {
        return orders.sorted(answer.orders);
      }, function () {
        showProblem(self.i18n('errors.network'));
      });
    }

    function draw($place, list) {
      self.render({
        href: '/templates/board.twig',
        base_path: files(),
        v: self.get_version(),
        load: function (template) {
          $place.html(template.render({orders: list, text: self.i18n('board')}));
        }
      }, {});
    }

    function currentContact() {
      var card = APP.data.current_card;
      return card ? card.id : 0;
    }

    function onKey(event) {
      if (event.which === 27 && board) {
        board.close();
      }
    }

    this.callbacks = {
      render: function () {
        if (APP.isCard()) {
          self.render_template({caption: {class_name: 'order_board__caption'}, body: '<div class="order_board"></div>'});
        }
        return true;
      },

      init: function () {
        addStyle();
        return true;
      },

      bind_actions: function () {
        $(document).on('keydown' + EVENTS, onKey);
        return true;
      },

      settings: function ($body) {
        var $login = $body.find('input[name=login]');
        $login.attr('placeholder', self.i18n('settings.login'));
        return true;
      },

      onSave: function () {
        return true;
      },

      leads: {
        selected: function () {
          var chosen = self.list_selected().selected;
          showProblem(String(chosen.length));
        }
      },

      dpSettings: function () {
        return true;
      },

      advancedSettings: function () {
        var $area = $('#work-area-' + self.get_settings().widget_code);
        load(currentContact()).then(function (list) {
          draw($area, _.first(list, 10));
        });
      },

      onAddAsSource: function (pipelineId) {
        self.$authorizedAjax({url: BACKEND + '/pipeline', method: 'PUT', data: {pipeline: pipelineId}});
        return true;
      },

      destroy: function () {
        $(document).off(EVENTS);
        board = null;
      }
    };

    return this;
  };
});
