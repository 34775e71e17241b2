/** Module `twigjs`: twig.js, callable as `twig(options)` and carrying the library's own members. */
define(['vendor/twig'], (twig) => {
  const callable = (options) => twig.twig(options);
  return Object.assign(callable, twig);
});
