/** AMD plugin `optional!module`: the module, or null when it does not load. */
define([], () => ({
  load(name, require, done) {
    require([name], done, () => done(null));
  },
}));
