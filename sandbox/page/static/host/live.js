/** The server's stream of what happened (messages, statuses, leads), followed for as long as the page is open. */
define(['host/boot'], (boot) => {
  const listeners = new Map();
  // From where the page was written: what happens before the stream is open is not missed.
  const stream = new EventSource(`/ajax/events?after=${boot.latest}`);
  stream.onmessage = (event) => {
    const happening = JSON.parse(event.data);
    for (const kind of [happening.kind, '*'])
      (listeners.get(kind) || new Set()).forEach((listener) => listener(happening));
  };

  return {
    /** Calls `listener` for each happening of a kind, or of all with `*`; returns how to stop. */
    on(kind, listener) {
      if (!listeners.has(kind)) listeners.set(kind, new Set());
      listeners.get(kind).add(listener);
      return () => listeners.get(kind).delete(listener);
    },
  };
});
