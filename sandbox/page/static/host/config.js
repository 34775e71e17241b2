// Names of the modules that a widget may ask for, as the host documents them, and the loader's settings.
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
      twigjs: 'lib/twigjs',
      es6promise: 'lib/es6promise',
      text: vendor + 'text/2.0.16/text',
      json: 'plugins/json',
      css: 'plugins/css',
      optional: 'plugins/optional',
    },
  });
  requirejs(['host/main']);
})();
