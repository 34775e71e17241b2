/** Requests of the host page to its own server (`/ajax/…`). */
define(['host/boot'], (boot) => {
  class RequestRefused extends Error {}

  async function call(method, url, body) {
    const options = { method, headers: { Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest' } };
    if (body !== undefined) {
      options.headers['Content-Type'] = 'application/json';
      options.body = JSON.stringify(body);
    }
    const response = await fetch(url, options);
    const answer = response.status === 204 ? null : await response.json().catch(() => null);
    if (!response.ok) throw new RequestRefused((answer && answer.detail) || `${response.status} ${url}`);
    return answer;
  }

  return {
    get: (url) => call('GET', url),
    post: (url, body) => call('POST', url, body || {}),
    put: (url, body) => call('PUT', url, body),
    remove: (url) => call('DELETE', url),
    account: boot.account,
  };
});
