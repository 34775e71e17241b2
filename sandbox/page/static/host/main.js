/** Starts the host page: globals for widgets, the shell, and the page that the address names. */
define([
  'jquery',
  'underscore',
  'moment',
  'backbone',
  'twigjs',
  'lib/components/base/modal',
  'host/app',
  'host/network',
  'host/outside',
  'host/controls',
  'host/shell',
  'host/router',
  'host/live',
], ($, _, moment, Backbone, twig, Modal, app, network, outside, controls, shell, router, live) => {
  // Real widgets use these as globals even where they did not ask for the modules.
  Object.assign(window, { $, jQuery: $, _, moment, Backbone, Twig: twig, Modal });
  network.watch();
  outside.watch();
  controls.listen();
  shell.draw();
  router.start();
  // The archive was loaded again: what runs here is the old one.
  live.on('widget', () => window.location.reload());
});
