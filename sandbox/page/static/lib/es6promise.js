/** Module `es6promise`: asked for by older widgets; every browser of today has the promises it brought. */
define([], () => ({ Promise: window.Promise, polyfill() {} }));
