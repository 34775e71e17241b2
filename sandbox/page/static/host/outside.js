/**
 * Leads requests to other hosts to the sandbox when it has an answer for them: a canned one, or any in shaped mode.
 * The rest goes its way and is refused by the browser.
 */
define(['host/boot', 'host/notices', 'host/text'], (boot, notices, t) => {
  const patterns = boot.canned.map(
    (pattern) => new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`),
  );

  /** The address to ask instead, or the same one. */
  function instead(given) {
    let url;
    try {
      url = new URL(given, location.href);
    } catch (error) {
      return given;
    }
    const isOurs =
      url.origin === location.origin || boot.allowed.includes(url.origin) || !/^https?:/.test(url.protocol);
    const hasCanned = patterns.some((pattern) => pattern.test(url.href));
    if (!hasCanned && (isOurs || boot.answers !== 'shaped')) return given;
    notices.add(
      'network',
      `answered:${url.origin}${url.pathname}`,
      t('notices.answered', { host: url.host }),
      url.href,
    );
    return `/_page/outside?url=${encodeURIComponent(url.href)}`;
  }

  function watch() {
    const { open } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (method, url, ...rest) {
      return open.call(this, method, instead(url), ...rest);
    };
    const { fetch } = window;
    window.fetch = (given, options) => {
      if (given instanceof Request) {
        const url = instead(given.url);
        return fetch.call(window, url === given.url ? given : new Request(url, given), options);
      }
      return fetch.call(window, instead(given), options);
    };
  }

  return { watch };
});
