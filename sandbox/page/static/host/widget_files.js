/** The files of a widget that the CRM asks for itself, each with the installed version, so that a new one is not cached. */
define(['host/boot', 'host/text'], (boot, t) => {
  /** Lets a later try ask anew: also for the widget's own files that still wait for what did not come. */
  function forget(entry, names) {
    const waiting = Object.keys(requirejs.s.contexts._.registry).filter((name) => name.startsWith(`${entry.path}/`));
    [...names, ...waiting].forEach((name) => requirejs.undef(name));
  }

  /** The texts of the page's language, or of the widget's first one. */
  async function texts(entry) {
    const locale = entry.locales.includes(boot.lang) ? boot.lang : entry.locales[0];
    const response = await fetch(`${entry.path}/i18n/${locale}.json?v=${entry.version}`);
    if (!response.ok) throw new Error(t('loader.no_texts', { locale, status: response.status }));
    return response.json();
  }

  function moduleFailure(error) {
    const names = (error.requireModules || []).filter((name) => !/^\/|^https?:/.test(name));
    return names.length ? new Error(t('loader.no_module', { names: names.join(', ') })) : error;
  }

  /** What the widget's script.js returns; a module that is not offered is named in the error. */
  function script(entry) {
    const url = `${entry.path}/script.js?v=${entry.version}`;
    return new Promise((done, failed) => {
      requirejs([url], done, (error) => {
        forget(entry, [url, ...(error.requireModules || [])]);
        failed(moduleFailure(error));
      });
    });
  }

  return { script, texts };
});
