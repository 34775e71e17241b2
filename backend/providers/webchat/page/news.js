// Tells the page what is new, whatever happens to the connection: a stream while the page is looked at, questions now and
// then while it is not or where there is no room for a stream. A silent connection is taken for dead and made anew.
import { Refused } from "./wire.js";

const RETRY_MS = [500, 1000, 2000, 5000, 10000];
const POLL_MS = 4000;
const REST_MS = 15000; // how often a page that nobody looks at asks
const HIDDEN_MS = 10000; // how long a hidden page keeps its stream: a browser has six connections for all tabs of a site
const SILENT_MS = 40000; // the server says something every 15 s
const FULL_MS = 40000; // how long a page that found no room for a stream only asks

export class News {
  constructor(wire, { tell, state }) {
    this.wire = wire;
    this.tell = tell;
    this.state = state;
    this.fullUntil = 0;
    this.heardAt = 0;
    this.hiddenAt = document.hidden ? -Infinity : null;
    this.wake = () => {};
    this.stream = new AbortController();
    document.addEventListener("visibilitychange", () => this.#looked());
    window.addEventListener("pageshow", ({ persisted }) => { if (persisted) this.#looked(); });
    window.addEventListener("online", () => { this.stream.abort(); this.wake(); }); // a new network: the old connection is none
  }

  // Never ends, and never gives up.
  async listen() {
    for (let failures = 0; ; ) {
      try {
        await (this.#mayStream() ? this.#follow(() => { failures = 0; }) : this.#ask());
        failures = 0;
      } catch (error) {
        if (error instanceof Refused && error.code === "poll_instead") {
          this.fullUntil = Date.now() + FULL_MS;
        } else {
          this.state("lost");
          await this.#pause(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)] * (0.5 + Math.random()));
        }
      }
    }
  }

  #mayStream() {
    return Date.now() >= this.fullUntil && (this.hiddenAt === null || Date.now() - this.hiddenAt < HIDDEN_MS);
  }

  #looked() {
    this.hiddenAt = document.hidden ? this.hiddenAt ?? Date.now() : null;
    if (document.hidden) return;
    if (Date.now() - this.heardAt > SILENT_MS / 2) this.stream.abort(); // it slept: what it holds may be long dead
    this.wake();
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => { clearTimeout(timer); resolve(); };
    });
  }

  async #ask() {
    const { events } = await this.wire.look();
    this.state("polling");
    for (const event of events) this.#heard(event);
    await this.#pause(this.hiddenAt === null ? POLL_MS : REST_MS);
  }

  #heard(event) {
    if (event.seq <= this.wire.seq) return;
    this.wire.seq = event.seq;
    this.tell(event);
  }

  async #follow(opened) {
    const stream = this.stream = new AbortController();
    this.heardAt = Date.now();
    const watch = setInterval(() => {
      const isSilent = Date.now() - this.heardAt > SILENT_MS;
      if (isSilent) this.state("lost");
      if (isSilent || !this.#mayStream()) stream.abort();
    }, 1000);
    try {
      const answer = await this.wire.stream(stream.signal);
      opened();
      this.state("live");
      await this.#readBlocks(answer.body.pipeThrough(new TextDecoderStream()).getReader());
    } catch (error) {
      if (!stream.signal.aborted) throw error; // else it was ended here, and is taken up anew
    } finally {
      clearInterval(watch);
    }
  }

  async #readBlocks(reader) {
    for (let rest = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) return;
      this.heardAt = Date.now();
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const data = block.split("\n").find((row) => row.startsWith("data: "));
        if (data) this.#heard(JSON.parse(data.slice(6)));
      }
    }
  }
}
