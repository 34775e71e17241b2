/**
 * The sandbox lets a widget speak to the page's own server and to the integration's server; the browser refuses
 * every other host by Content-Security-Policy, and each refusal is shown here.
 */
define(['host/notices', 'host/text'], (notices, t) => {
  function refused(event) {
    const address = event.blockedURI;
    const host = /^[a-z]+:\/\//.test(address) ? new URL(address).host : address;
    notices.add(
      'network',
      `network:${event.effectiveDirective}:${address}`,
      t('notices.network', { host }),
      t('notices.network_text', { address, what: event.effectiveDirective.replace(/-(src|elem|attr)/g, '') }),
    );
  }
  return { watch: () => document.addEventListener('securitypolicyviolation', refused) };
});
