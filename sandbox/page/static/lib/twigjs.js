/**
 * Module `twigjs`: twig.js, callable as `twig(options)`. It carries the library's exports and its inner members too:
 * the CRM's global `Twig` is the library's inner object, and widgets read its registry of templates.
 */
define(['vendor/twig'], (twig) => {
  const inner = window.Twig;
  const callable = (options) => twig.twig(options);
  return Object.assign(callable, inner, twig);
});
