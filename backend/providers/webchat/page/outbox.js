// What the visitor has written and the server does not have yet: one at a time and in order, again and again until it has.
import { Refused } from "./wire.js";

const RETRY_MS = [1000, 2000, 5000, 10000, 20000];

export class Outbox {
  // `mark(id, "sending" | "sent" | "failed" | "kept")` shows what became of a message; `closed(isClosed)` hears whether the chat is.
  constructor(wire, kept, { mark, closed }) {
    this.wire = wire;
    this.kept = kept;
    this.mark = mark;
    this.closed = closed;
    this.waiting = kept.messages();
    this.refused = new Map();
    this.failures = 0;
    window.addEventListener("online", () => this.send());
  }

  add(message) {
    if (!message.file) this.kept.put(message);
    this.waiting.push(message);
    this.send();
  }

  // The server has it, whoever sent it: this page, or another tab.
  has(id) {
    this.waiting = this.waiting.filter((message) => message.id !== id);
    this.refused.delete(id);
    this.kept.drop(id);
  }

  // The visitor wants it tried at once.
  again(id) {
    if (this.refused.has(id)) this.waiting.push(this.refused.get(id));
    this.refused.delete(id);
    for (const message of this.waiting) this.mark(message.id, "sending");
    this.send();
  }

  // A message that cannot go now holds back those after it; one that is refused for good does not.
  async send() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    try {
      while (this.waiting.length) await this.#next(this.waiting[0]);
      this.failures = 0;
    } catch (error) {
      const isClosed = error instanceof Refused && error.code === "line_closed";
      for (const message of this.waiting) this.mark(message.id, isClosed ? "kept" : "failed");
      if (isClosed) this.closed(true);
      else this.timer = setTimeout(() => this.send(), RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)] * (0.5 + Math.random()));
    } finally {
      this.busy = false;
    }
  }

  async #next(message) {
    try {
      await this.wire.send(message);
    } catch (error) {
      if (!(error instanceof Refused && error.isFinal)) throw error;
      this.has(message.id);
      this.refused.set(message.id, message);
      this.mark(message.id, "failed");
      return;
    }
    this.has(message.id);
    this.mark(message.id, "sent");
    this.closed(false);
  }
}
