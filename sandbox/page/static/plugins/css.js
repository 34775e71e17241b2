/** AMD plugin `css!file`: adds a stylesheet to the page and waits for it. */
define([], () => ({
  load(name, require, done) {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = require.toUrl(/\.css($|\?)/.test(name) ? name : `${name}.css`);
    link.onload = () => done(link);
    link.onerror = () => done.error(new Error(`stylesheet ${link.href} could not be loaded`));
    document.head.append(link);
  },
}));
