// The chat itself: a log of messages and a line to write in. It never puts a stranger's text into HTML.
import { Refused, Wire } from "./wire.js";
import { element, icon, ICONS } from "./dom.js";
import { content } from "./parts.js";
import { emojiTool, fileTool, MAX_FILE, whoForm } from "./tools.js";
import { chooseLanguage, words } from "./words.js";

export class Chat {
  constructor(root, { base, line, title, language, onClose }) {
    this.onAnswer = () => {};
    this.language = chooseLanguage(language);
    this.words = words(this.language);
    this.wire = new Wire(base, line);
    this.bubbles = new Map();
    this.readSeq = 0;
    this.#build(root, title, onClose);
  }

  #build(root, title, onClose) {
    this.log = element("ol", { class: "kck-log", role: "log", "aria-live": "polite", "aria-label": this.words.messages,
      tabindex: "0" });
    this.notice = element("p", { class: "kck-notice", role: "status", hidden: "" });
    this.input = element("textarea", { class: "kck-input", rows: "1", maxlength: "4000", "aria-label": this.words.write,
      placeholder: this.words.write, enterkeyhint: "send" });
    this.button = element("button", { class: "kck-send", type: "submit", "aria-label": this.words.send }, icon(ICONS.send));
    const [emoji, choices] = emojiTool(this.words, this.input);
    const [attach, picker] = fileTool(this.words, (file) => this.#attach(file));
    this.form = element("form", { class: "kck-form" }, choices, attach, picker, emoji, this.input, this.button);
    this.title = element("h1", { text: title });
    const head = element("header", { class: "kck-head" }, element("span", { class: "kck-dot", "aria-hidden": "true" }), this.title);
    if (onClose) {
      const close = element("button", { class: "kck-tool", type: "button", "aria-label": this.words.close }, icon(ICONS.close));
      close.addEventListener("click", onClose);
      head.append(close);
    }
    this.typing = element("p", { class: "kck-typing", hidden: "", "aria-live": "off" });
    this.who = whoForm(this.words, {}, (known) => this.wire.introduce(known));
    this.hello = element("li", { class: "kck-hello", text: this.words.hello });
    this.log.append(this.hello);
    root.replaceChildren(head, this.log, this.typing, this.notice, this.who, this.form);
    this.root = root;
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.#write(); });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.#write(); }
    });
    this.input.addEventListener("input", () => { this.#grow(); this.#tellTyping(); });
    document.addEventListener("visibilitychange", () => this.#tellRead());
  }

  async start() {
    for (const message of this.wire.pending) this.#show({ ...message, from: "visitor", type: "text", at: Date.now() }, "sending");
    this.#resend();
    window.addEventListener("online", () => this.#resend());
    await this.#look(); // tells who serves the streams
    this.wire.listen((event) => this.#heard(event), (state) => this.#state(state));
  }

  // Whether the line is open is asked now and then: a chat that is closed says so before one writes.
  async #look() {
    try {
      const { is_open: isOpen, title } = await this.wire.look();
      if (title) this.title.textContent = title;
      this.#setClosed(!isOpen);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) this.#say(this.words.gone);
    }
    setTimeout(() => this.#look(), 30000);
  }

  #state(state) {
    this.root.dataset.state = state;
    if (state === "lost") this.#say(this.words.offline, "offline");
    else if (this.notice.dataset.kind === "offline") { this.#say(""); this.#resend(); }
  }

  #setClosed(isClosed) {
    this.root.toggleAttribute("data-closed", isClosed);
    this.who.hidden = !isClosed;
    if (isClosed) this.#say(this.words.closed, "closed");
    else if (this.notice.dataset.kind === "closed") { this.#say(""); this.#resend(); }
  }

  #say(text, kind = "note") {
    this.notice.textContent = text;
    this.notice.hidden = !text;
    this.notice.dataset.kind = kind;
  }

  #heard(event) {
    if (event.kind === "typing") this.#showTyping(event);
    if (event.kind !== "message") return;
    this.wire.forget(event.id);
    this.#show(event, "sent");
    if (event.from === "manager") {
      this.typing.hidden = true;
      this.lastSeq = event.seq;
      if (Date.now() - event.at < 60000) this.onAnswer();
      this.#tellRead();
    }
  }

  #showTyping(event) {
    const left = event.lasts_ms - (Date.now() - event.at);
    if (left <= 0) return;
    this.typing.textContent = `${this.words.manager} ${this.words.typing}`;
    this.typing.hidden = false;
    clearTimeout(this.typingEnds);
    this.typingEnds = setTimeout(() => { this.typing.hidden = true; }, left);
  }

  #tellTyping() {
    if (Date.now() - (this.toldTyping || 0) < 4000 || !this.input.value) return;
    this.toldTyping = Date.now();
    this.wire.typing().catch(() => {});
  }

  // The panel was opened: what came meanwhile is read now.
  shown() {
    this.log.scrollTop = this.log.scrollHeight;
    this.#tellRead();
  }

  async #attach(file) {
    if (file.size > MAX_FILE) { this.#say(this.words.tooLarge); return; }
    const id = uuid();
    this.#show({ id, from: "visitor", type: "file", text: `${file.name}`, at: Date.now() }, "sending");
    try {
      await this.wire.upload(id, file);
      this.#mark(id, "sent");
    } catch (error) {
      this.#mark(id, "failed");
      this.bubbles.get(id).mark.addEventListener("click", () => this.#attach(file), { once: true });
      if (error instanceof Refused && error.code === "line_closed") this.#setClosed(true);
    }
  }

  #tellRead() {
    if (document.hidden || this.root.hidden || !this.lastSeq || this.lastSeq <= this.readSeq) return;
    const seq = this.lastSeq;
    this.readSeq = seq;
    this.wire.read(seq).catch(() => { this.readSeq = 0; });
  }

  #send(said) {
    const message = { id: uuid(), ...said };
    this.wire.keep(message);
    this.#show({ ...message, from: "visitor", type: "text", at: Date.now() }, "sending");
    this.#resend();
  }

  #write() {
    const text = this.input.value.trim();
    if (!text) return;
    this.#send({ text });
    this.input.value = "";
    this.#grow();
    this.input.focus();
  }

  // One at a time and in order: a message that cannot go holds back those after it.
  async #resend() {
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.wire.pending.length) {
        const [message] = this.wire.pending;
        this.#mark(message.id, "sending");
        await this.wire.send(message);
        this.#mark(message.id, "sent");
        this.#setClosed(false);
      }
    } catch (error) {
      for (const message of this.wire.pending) this.#mark(message.id, "failed");
      if (error instanceof Refused && error.code === "line_closed") this.#setClosed(true);
    } finally {
      this.busy = false;
    }
  }

  #show(message, state) {
    const known = this.bubbles.get(message.id);
    if (known) {
      if (message.media && !known.hasMedia) this.#fill(known, message);
      return this.#mark(message.id, state);
    }
    const isMine = message.from === "visitor";
    const at = new Date(message.at);
    const time = element("time", { datetime: at.toISOString(),
      text: at.toLocaleTimeString(this.language, { hour: "2-digit", minute: "2-digit" }) });
    const mark = element("button", { class: "kck-mark", type: "button", "data-state": state, hidden: isMine ? null : "" });
    mark.addEventListener("click", () => this.#resend());
    const who = element("span", { class: "kck-who", text: isMine ? this.words.you : message.name || this.words.manager });
    const bubble = element("li", { class: `kck-message ${isMine ? "kck-mine" : "kck-theirs"}`, "data-id": message.id },
      who, ...this.#content(message), element("span", { class: "kck-foot" }, time, mark));
    this.bubbles.set(message.id, { bubble, mark, hasMedia: Boolean(message.media) });
    const isAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
    this.log.append(bubble);
    this.#mark(message.id, state);
    if (isMine || isAtEnd) this.log.scrollTop = this.log.scrollHeight;
    return undefined;
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
        const wasAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120;
        picture.addEventListener("load", () => { if (wasAtEnd) this.log.scrollTop = this.log.scrollHeight; });
      },
    });
  }

  #mark(id, state) {
    const shown = this.bubbles.get(id);
    if (!shown) return;
    shown.mark.dataset.state = state;
    shown.mark.textContent = this.words[state];
    shown.mark.disabled = state !== "failed";
  }

  #grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 140)}px`;
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
