/** Requests to the control address, and telling the page that something was changed. */
define([], () => {
  const listeners = [];

  async function call(method, path, body) {
    const response = await fetch(`/_sandbox/${path}`, {
      method,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error || answer.detail || `HTTP ${response.status}`);
    if (method !== 'GET') listeners.forEach((listener) => listener());
    return answer;
  }

  /** Runs an action and shows its error, or what it gave, in `place`. */
  async function told(place, action, done) {
    place.textContent = '';
    place.dataset.kind = 'ok';
    try {
      const answer = await action();
      place.textContent = done ? done(answer) : 'Done.';
    } catch (error) {
      place.dataset.kind = 'error';
      place.textContent = error.message;
    }
  }

  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body || {}),
    patch: (path, body) => call('PATCH', path, body),
    remove: (path) => call('DELETE', path),
    onChange: (listener) => listeners.push(listener),
    told,
  };
});
