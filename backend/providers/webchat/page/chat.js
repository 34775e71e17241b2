// The chat itself: a log of messages and a line to write in. It never puts a stranger's text into HTML.
import { Kept } from "./kept.js";
import { News } from "./news.js";
import { Outbox } from "./outbox.js";
import { Refused, Wire } from "./wire.js";
import { element, icon, ICONS } from "./dom.js";
import { content } from "./parts.js";
import { MAX_FILE, whoForm, writingLine } from "./tools.js";
import { chooseLanguage, words } from "./words.js";

export class Chat {
  // `onUnread(count)` hears how many answers wait while nobody looks; with `onClose` the chat is a panel that can be closed.
  constructor(root, { base, line, title, language, onClose }) {
    this.onUnread = () => {};
    this.language = chooseLanguage(language);
    this.words = words(this.language);
    const kept = new Kept(line);
    this.wire = new Wire(base, line, kept);
    this.outbox = new Outbox(this.wire, kept, {
      mark: (id, state) => this.#mark(id, state), closed: (isClosed) => this.#setClosed(isClosed) });
    this.bubbles = new Map();
    this.lastSeq = this.readSeq = this.toldSeq = this.unread = 0;
    this.#build(root, title, onClose);
  }

  #build(root, title, onClose) {
    this.log = element("ol", { class: "kck-log" });
    this.scroll = element("div", { class: "kck-scroll", role: "log", "aria-live": "polite", "aria-label": this.words.messages,
      tabindex: "0" }, element("p", { class: "kck-hello", text: this.words.hello }), this.log);
    this.notice = element("p", { class: "kck-notice", role: "status", hidden: "" });
    this.typing = element("p", { class: "kck-typing", hidden: "", "aria-live": "off" });
    this.who = whoForm(this.words, (known) => this.wire.introduce(known));
    const [form, input] = writingLine(this.words, {
      write: (text) => this.#send({ text }), attach: (file) => this.#attach(file), typing: () => this.#tellTyping() });
    this.input = input;
    root.replaceChildren(this.#head(title, onClose), this.scroll, this.typing, this.notice, this.who, form);
    this.root = root;
    document.addEventListener("visibilitychange", () => this.#tellRead());
    this.scroll.addEventListener("scroll", () => { this.wasAtEnd = this.#isAtEnd(); });
    new ResizeObserver(() => { if (this.wasAtEnd) this.#toEnd(); }).observe(this.scroll); // a keyboard or a notice came up
  }

  #head(title, onClose) {
    this.title = element(onClose ? "h2" : "h1", { class: "kck-title", text: title || this.words.chat });
    const head = element("div", { class: "kck-head" }, element("span", { class: "kck-dot", "aria-hidden": "true" }), this.title);
    if (onClose) {
      const close = element("button", { class: "kck-tool", type: "button", "aria-label": this.words.close }, icon(ICONS.close));
      close.addEventListener("click", onClose);
      head.append(close);
    }
    return head;
  }

  async start() {
    if (this.isStarted) return;
    this.isStarted = true;
    for (const message of this.outbox.waiting) this.#show({ ...message, from: "visitor" }, "sending");
    this.outbox.send();
    await this.#look(); // tells who serves the streams, and what was read on an earlier visit
    new News(this.wire, { tell: (event) => this.#heard(event), state: (state) => this.#state(state) }).listen();
  }

  // Whether the line is open is asked now and then: a chat that is closed says so before one writes.
  async #look() {
    try {
      const { is_open: isOpen, title, read_seq: readSeq, now } = await this.wire.look();
      this.ahead = Date.now() - now; // how much this clock is ahead of the server's
      this.readSeq = Math.max(this.readSeq, readSeq);
      this.#name(title);
      this.#setClosed(!isOpen);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) this.#say(this.words.gone);
    }
    setTimeout(() => this.#look(), 30000);
  }

  #name(title) {
    this.title.textContent = title;
    if (this.root.getAttribute("role") === "dialog") this.root.setAttribute("aria-label", title);
  }

  #state(state) {
    this.root.dataset.state = state;
    if (state !== "lost") this.#tellRead();
    if (state === "lost") this.#say(this.words.offline, "offline");
    else if (this.notice.dataset.kind === "offline") { this.#say(""); this.outbox.send(); }
  }

  #setClosed(isClosed) {
    this.root.toggleAttribute("data-closed", isClosed);
    this.who.hidden = !isClosed;
    if (isClosed) this.#say(this.words.closed, "closed");
    else if (this.notice.dataset.kind === "closed") { this.#say(""); this.outbox.send(); }
  }

  #say(text, kind = "note") {
    this.notice.textContent = text;
    this.notice.hidden = !text;
    this.notice.dataset.kind = kind;
  }

  #heard(event) {
    if (event.kind === "typing") this.#showTyping(event);
    if (event.kind !== "message") return;
    this.outbox.has(event.id);
    this.#show(event, "sent");
    if (event.from !== "manager") return;
    this.typing.hidden = true;
    this.lastSeq = event.seq;
    if (event.seq > this.readSeq) this.onUnread((this.unread += 1));
    this.#tellRead();
  }

  #showTyping(event) {
    const left = event.lasts_ms - (Date.now() - (this.ahead || 0) - event.at);
    if (left <= 0) return;
    this.typing.textContent = `${this.words.manager} ${this.words.typing}`;
    this.typing.hidden = false;
    clearTimeout(this.typingEnds);
    this.typingEnds = setTimeout(() => { this.typing.hidden = true; }, left);
  }

  #tellTyping() {
    if (Date.now() - (this.toldTyping || 0) < 4000) return;
    this.toldTyping = Date.now();
    this.wire.typing().catch(() => {});
  }

  // The panel was opened: what came meanwhile is read now.
  shown() {
    this.#toEnd();
    this.#tellRead();
  }

  #attach(file) {
    if (file.size > MAX_FILE) this.#say(this.words.tooLarge);
    else this.#send({ type: "file", text: file.name, file });
  }

  #tellRead() {
    if (document.hidden || this.root.hidden || !this.lastSeq) return;
    this.readSeq = Math.max(this.readSeq, this.lastSeq);
    if (this.unread) this.onUnread((this.unread = 0));
    if (this.lastSeq <= this.toldSeq) return;
    this.toldSeq = this.lastSeq;
    this.wire.read(this.lastSeq).catch(() => { this.toldSeq = 0; });
  }

  #send(said) {
    const message = { id: uuid(), at: Date.now(), ...said };
    if (this.notice.dataset.kind === "note") this.#say("");
    this.#show({ ...message, from: "visitor" }, "sending");
    this.outbox.add(message);
  }

  #show(message, state) {
    const known = this.bubbles.get(message.id);
    if (known) {
      if (message.media && !known.hasMedia) this.#fill(known, message);
      return this.#mark(message.id, state);
    }
    const isMine = message.from === "visitor";
    const time = element("time", { datetime: new Date(message.at).toISOString(), text: this.#when(new Date(message.at)) });
    const mark = element("button", { class: "kck-mark", type: "button", "data-state": state, hidden: isMine ? null : "" });
    mark.addEventListener("click", () => this.outbox.again(message.id));
    const who = element("span", { class: isMine ? "kck-unseen" : "kck-who", text: isMine ? this.words.you : message.name || this.words.manager });
    const bubble = element("li", { class: `kck-message ${isMine ? "kck-mine" : "kck-theirs"}`, "data-id": message.id },
      who, ...this.#content(message), element("span", { class: "kck-foot", "aria-live": "off" }, time, mark));
    this.bubbles.set(message.id, { bubble, mark, hasMedia: Boolean(message.media) });
    const isAtEnd = this.#isAtEnd();
    this.log.append(bubble);
    this.#mark(message.id, state);
    if (isMine || isAtEnd) this.#toEnd();
    return undefined;
  }

  #when(at) {
    const tag = navigator.languages.find((known) => known.startsWith(this.language)) || this.language;
    const day = at.toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "short" };
    return at.toLocaleString(tag, { ...day, hour: "numeric", minute: "2-digit" });
  }

  // A file that was sent gets its picture or link once the server has it.
  #fill(known, message) {
    known.hasMedia = true;
    known.bubble.querySelector("p")?.remove();
    known.bubble.querySelector(".kck-foot").before(...this.#content(message));
  }

  #content(message) {
    return content(message, this.words, {
      answer: (said) => this.#send(said),
      onPicture: (picture) => {
        const wasAtEnd = this.#isAtEnd();
        picture.addEventListener("load", () => { if (wasAtEnd) this.#toEnd(); });
      },
    });
  }

  #isAtEnd() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 120;
  }

  #toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  #mark(id, state) {
    const shown = this.bubbles.get(id);
    if (!shown) return;
    shown.mark.dataset.state = state;
    shown.mark.textContent = this.words[state];
    shown.mark.disabled = state !== "failed" && state !== "kept";
  }
}

// crypto.randomUUID is missing on pages without TLS.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
