/** Starts the host page: globals for widgets, the shell, and the page that the address names. */
define(['jquery', 'underscore', 'moment', 'backbone', 'twigjs', 'lib/components/base/modal', 'host/app', 'host/network',
  'host/controls', 'host/shell', 'host/router'],
($, _, moment, Backbone, twig, Modal, app, network, controls, shell, router) => {
  // Real widgets use these as globals even where they did not ask for the modules.
  Object.assign(window, { $, jQuery: $, _, moment, Backbone, Twig: twig, Modal });
  network.watch();
  controls.listen();
  shell.draw();
  router.start();
});
