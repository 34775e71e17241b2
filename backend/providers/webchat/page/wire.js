// Speaks to the server, with a token of the visitor's own. No call waits for ever.
const ANSWER_WITHIN_MS = 20000;
const UPLOAD_WITHIN_MS = 120000;

export class Refused extends Error {
  constructor(status, code) {
    super(code || String(status));
    this.status = status;
    this.code = code;
  }

  // Whether the same call will be refused again, however often it is made.
  get isFinal() {
    return this.status >= 400 && this.status < 500 && ![401, 408, 409, 425, 429].includes(this.status);
  }
}

export class Wire {
  constructor(base, line, kept) {
    this.url = `${base}/webchat/${line}`;
    this.kept = kept;
    this.token = kept.token;
    this.seq = 0; // the newest event that the page was told
  }

  // What the page lacks, and whether the chat is open.
  async look() {
    const seen = await this.#asVisitor(async () => (await this.#call("GET", `/messages?after=${this.seq}`)).json());
    if (seen.streams) this.streamsUrl = seen.streams + new URL(this.url, location.href).pathname;
    return seen;
  }

  async send({ id, file, text, callback_data }) {
    const path = file ? `/files?id=${id}&name=${encodeURIComponent(file.name)}` : "/messages";
    await this.#asVisitor(() => (file ? this.#call("POST", path, { file, withinMs: UPLOAD_WITHIN_MS })
      : this.#call("POST", path, { json: { id, text, callback_data } })));
  }

  async typing() {
    if (this.token) await this.#call("POST", "/typing", { json: {} });
  }

  async introduce(known) {
    await this.#asVisitor(() => this.#call("POST", "/visitor", { json: known }));
  }

  async read(seq) {
    await this.#asVisitor(() => this.#call("POST", "/read", { json: { seq } }));
  }

  // An answer whose body goes on for as long as `signal` lets it.
  async stream(signal) {
    return this.#asVisitor(() => this.#call("GET", "/events", { signal, url: this.streamsUrl,
      headers: { "Last-Event-ID": String(this.seq) } }));
  }

  async #call(method, path, { json, file, signal, url = this.url, headers = {}, withinMs = ANSWER_WITHIN_MS } = {}) {
    const sent = { ...headers };
    if (this.token) sent["X-Visitor-Token"] = this.token;
    if (json || file) sent["Content-Type"] = json ? "application/json" : "application/octet-stream";
    const answer = await fetch(url + path, { method, headers: sent, body: json ? JSON.stringify(json) : file, cache: "no-store",
      credentials: "omit", signal: signal || AbortSignal.timeout(withinMs) });
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      throw new Refused(answer.status, problem.code);
    }
    return answer;
  }

  // A token that the server no longer knows is replaced by a new one, once.
  async #asVisitor(call) {
    if (!this.token) await this.#enter();
    const used = this.token;
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "visitor_unknown") throw error;
      if (this.token === used) await this.#enter();
      return call();
    }
  }

  // Calls and tabs that lack a token at the same moment enter together: two tokens would be two visitors.
  #enter() {
    this.entering ??= this.kept.alone(() => this.#getToken()).finally(() => { this.entering = null; });
    return this.entering;
  }

  async #getToken() {
    const known = this.kept.token;
    const isNews = known && known !== this.token; // another tab has entered meanwhile
    this.token = null;
    this.token = isNews ? known : (await (await this.#call("POST", "/visitors", { json: {} })).json()).token;
    this.kept.token = this.token;
    this.seq = 0;
  }
}
