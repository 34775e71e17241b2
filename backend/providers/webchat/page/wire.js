// Speaks to the server: a token of one's own, messages that are kept until they are sent, news as they come.

const RETRY_MS = [500, 1000, 2000, 5000, 10000];
const POLL_MS = 4000;

export class Refused extends Error {
  constructor(status, code) {
    super(code || String(status));
    this.status = status;
    this.code = code;
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Wire {
  constructor(base, line) {
    this.url = `${base}/webchat/${line}`;
    this.store = `kck-chat-${line}`;
    this.seq = 0;
    this.kept = this.#load();
  }

  get pending() {
    return this.kept.pending;
  }

  #load() {
    try {
      return { token: null, pending: [], ...JSON.parse(localStorage.getItem(this.store) || "{}") };
    } catch {
      return { token: null, pending: [] };
    }
  }

  #save() {
    try {
      localStorage.setItem(this.store, JSON.stringify(this.kept));
    } catch { /* private browsing: the chat lives as long as the page */ }
  }

  async #call(method, path, body, more = {}) {
    const headers = { ...more.headers };
    if (this.kept.token) headers["X-Visitor-Token"] = this.kept.token;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (more.raw) headers["Content-Type"] = "application/octet-stream";
    const sent = more.raw || (body === undefined ? undefined : JSON.stringify(body));
    const answer = await fetch((more.url || this.url) + path, { method, headers, body: sent, cache: "no-store", credentials: "omit" });
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      throw new Refused(answer.status, problem.code);
    }
    return answer;
  }

  // A token that the server no longer knows is replaced by a new one, once.
  async #asVisitor(call) {
    if (!this.kept.token) await this.#enter();
    const used = this.kept.token;
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "visitor_unknown") throw error;
      if (this.kept.token === used) await this.#enter();
      return call();
    }
  }

  // Calls that lack a token at the same moment enter together: two tokens would be two visitors on one page.
  #enter() {
    this.entering ??= this.#getToken().finally(() => { this.entering = null; });
    return this.entering;
  }

  async #getToken() {
    this.kept.token = null;
    const answer = await this.#call("POST", "/visitors", {});
    this.kept.token = (await answer.json()).token;
    this.seq = 0;
    this.#save();
  }

  async look() {
    const seen = await this.#asVisitor(async () => (await this.#call("GET", `/messages?after=${this.seq}`)).json());
    if (seen.streams) this.streamsUrl = seen.streams + new URL(this.url, location.href).pathname;
    return seen;
  }

  keep(message) {
    this.kept.pending.push(message);
    this.#save();
  }

  forget(id) {
    this.kept.pending = this.kept.pending.filter((message) => message.id !== id);
    this.#save();
  }

  async send(message) {
    await this.#asVisitor(() => this.#call("POST", "/messages", message));
    this.forget(message.id);
  }

  async upload(id, file) {
    const path = `/files?id=${id}&name=${encodeURIComponent(file.name)}`;
    await this.#asVisitor(() => this.#call("POST", path, undefined, { raw: file }));
  }

  async typing() {
    if (this.kept.token) await this.#call("POST", "/typing", {});
  }

  async introduce(known) {
    await this.#asVisitor(() => this.#call("POST", "/visitor", known));
  }

  async read(seq) {
    await this.#asVisitor(() => this.#call("POST", "/read", { seq }));
  }

  // Calls `tell(event)` for every event, `state("live" | "polling" | "lost")` when that changes, and never ends.
  async listen(tell, state) {
    for (let failures = 0; ; ) {
      try {
        await this.#stream(tell, state, () => (failures = 0));
      } catch (error) {
        if (error instanceof Refused && error.code === "poll_instead") {
          await this.#poll(tell, state);
          continue;
        }
        state("lost");
        await pause(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)] * (0.5 + Math.random()));
      }
    }
  }

  async #poll(tell, state) {
    state("polling");
    for (let round = 0; round < 10; round += 1) {
      for (const event of (await this.look()).events) this.#heard(event, tell);
      await pause(POLL_MS);
    }
  }

  #heard(event, tell) {
    if (event.seq <= this.seq) return;
    this.seq = event.seq;
    tell(event);
  }

  async #stream(tell, state, opened) {
    const answer = await this.#asVisitor(() =>
      this.#call("GET", "/events", undefined, { url: this.streamsUrl, headers: { "Last-Event-ID": String(this.seq) } }));
    state("live");
    opened();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const data = block.split("\n").find((row) => row.startsWith("data: "));
        if (data) this.#heard(JSON.parse(data.slice(6)), tell);
      }
    }
  }
}
