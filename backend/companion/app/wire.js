/* The API: a token in the header, problems as errors, news as an endless sequence that survives lost connections. */

const API = "api/v1";
const KEY = "companion.token";

export const token = {
  get: () => localStorage.getItem(KEY),
  set: (value) => localStorage.setItem(KEY, value),
  clear: () => localStorage.removeItem(KEY),
};

export class Problem extends Error {
  constructor(status, body) {
    const fields = (body.errors || []).map((error) => `${error.path} ${error.message}`).join(", ");
    super([body.detail || body.title || `HTTP ${status}`, fields].filter(Boolean).join(" "));
    this.status = status;
    this.code = body.code;
  }
}

export async function ask(method, path, body, more = {}) {
  const headers = { Accept: "application/json", ...more.headers };
  if (token.get()) headers.Authorization = `Bearer ${token.get()}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(API + path, { ...more, method, headers, body: body && JSON.stringify(body) });
  if (answer.ok) return answer;
  if (answer.status === 401) {
    token.clear();
    dispatchEvent(new Event("signed-out"));
  }
  throw new Problem(answer.status, await answer.json().catch(() => ({})));
}

export const get = async (path) => (await ask("GET", path)).json();
export const post = async (path, body) => (await ask("POST", path, body)).json();

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/* Calls `tell` for each piece of news after the last one seen, until `signal` says stop. */
export async function follow(tell, signal, onState) {
  let last = "";
  while (!signal.aborted) {
    try {
      const headers = { Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) };
      const answer = await ask("GET", "/events", undefined, { headers, signal });
      onState(true);
      for await (const block of blocks(answer.body)) {
        const id = /^id: (.+)$/m.exec(block);
        const data = /^data: (.+)$/m.exec(block);
        if (id) last = id[1];
        if (data) tell(JSON.parse(data[1]));
      }
    } catch (error) {
      if (signal.aborted || error.status === 401) return;
      onState(false);
      await pause(error.status === 503 ? 10000 : 2000);
    }
  }
}

async function* blocks(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    yield* parts;
  }
}
