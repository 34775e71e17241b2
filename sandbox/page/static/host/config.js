// Names of the modules that a widget may ask for, as the host documents them, and the loader's settings.
// The page itself loads only what `host/main` asks for; the rest comes when a widget names it.
// https://www.amocrm.ru/developers/content/web_sdk/system_modules
(function () {
  'use strict';
  const vendor = '/_page/vendor/';
  requirejs.config({
    baseUrl: '/_page/static',
    waitSeconds: 15,
    paths: {
      jquery: vendor + 'jquery/2.1.3/jquery.min',
      underscore: vendor + 'underscore/1.9.1/underscore-min',
      backbone: vendor + 'backbone/1.1.2/backbone-min',
      moment: vendor + 'moment/2.24.0/moment.min',
      'vendor/twig': vendor + 'twig/0.8.9/twig.min',
      FileAPI: vendor + 'fileapi/2.0.18/FileAPI.html5.min',
      pubsub: vendor + 'pubsub-js/1.5.3/pubsub',
      accounting: vendor + 'accounting/0.3.2/accounting.min',
      'browser-detect': vendor + 'browser-detect/0.2.28/browser-detect.umd',
      chartjs: vendor + 'chart.js/2.9.2/Chart.min',
      clipboard: vendor + 'clipboard/1.5.10/clipboard.min',
      cocktail: vendor + 'backbone.cocktail/0.5.15/Cocktail-0.5.15.min',
      cropperjs: vendor + 'cropperjs/1.2.2/cropper.min',
      device: vendor + 'current-device/0.8.0/current-device.min',
      enquire: vendor + 'enquire.js/2.1.1/enquire.min',
      fullcalendar: vendor + 'fullcalendar/2.3.1/fullcalendar.min',
      intl_tel_input: vendor + 'intl-tel-input/5.1.7/js/intlTelInput.min',
      jplayer: vendor + 'jplayer/2.9.2/jquery.jplayer.min',
      'js-uuid': vendor + 'js-uuid/0.0.6/js-uuid',
      quill: vendor + 'quill/1.3.6/quill.min',
      rangeslider: vendor + 'rangeslider.js/2.3.2/rangeslider.min',
      steady: vendor + 'steady/2.0.1/Steady',
      store: vendor + 'store/1.3.20/store.min',
      'virtualized-list': vendor + 'virtualized-list/2.2.0/virtualized-list.min',
      twigjs: 'lib/twigjs',
      es6promise: 'lib/es6promise',
      text: vendor + 'text/2.0.16/text',
      json: 'plugins/json',
      css: 'plugins/css',
      optional: 'plugins/optional',
    },
    // The CRM's own pages bring the looks of these; here they come with the module.
    shim: {
      cropperjs: ['css!' + vendor + 'cropperjs/1.2.2/cropper.min.css'],
      fullcalendar: ['css!' + vendor + 'fullcalendar/2.3.1/fullcalendar.min.css'],
      intl_tel_input: ['css!' + vendor + 'intl-tel-input/5.1.7/css/intlTelInput.css'],
      quill: ['css!' + vendor + 'quill/1.3.6/quill.snow.css'],
      rangeslider: ['css!' + vendor + 'rangeslider.js/2.3.2/rangeslider.css'],
      steady: { exports: 'Steady' },
    },
  });
  requirejs(['host/main']);
})();
