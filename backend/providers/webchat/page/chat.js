// The chat itself: a log of messages and a line to write in. It never puts a stranger's text into HTML.
import { Refused, Wire } from "./wire.js";
import { chooseLanguage, words } from "./words.js";

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = value;
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

const safeLink = (url) => (/^https?:\/\//i.test(url || "") ? url : null);

export class Chat {
  constructor(root, { base, line, title, language }) {
    this.language = chooseLanguage(language);
    this.words = words(this.language);
    this.wire = new Wire(base, line);
    this.bubbles = new Map();
    this.readSeq = 0;
    this.#build(root, title);
  }

  #build(root, title) {
    this.log = element("ol", { class: "kck-log", role: "log", "aria-live": "polite", "aria-label": this.words.messages,
      tabindex: "0" });
    this.notice = element("p", { class: "kck-notice", role: "status", hidden: "" });
    this.input = element("textarea", { class: "kck-input", rows: "1", maxlength: "4000", "aria-label": this.words.write,
      placeholder: this.words.write, enterkeyhint: "send" });
    this.button = element("button", { class: "kck-send", type: "submit", "aria-label": this.words.send }, arrow());
    this.form = element("form", { class: "kck-form" }, this.input, this.button);
    const head = element("header", { class: "kck-head" }, element("span", { class: "kck-dot", "aria-hidden": "true" }),
      element("h1", { text: title }));
    this.hello = element("li", { class: "kck-hello", text: this.words.hello });
    this.log.append(this.hello);
    root.replaceChildren(head, this.log, this.notice, this.form);
    this.root = root;
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.#write(); });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.#write(); }
    });
    this.input.addEventListener("input", () => this.#grow());
    document.addEventListener("visibilitychange", () => this.#tellRead());
  }

  async start() {
    for (const message of this.wire.pending) this.#show({ ...message, from: "visitor", type: "text", at: Date.now() }, "sending");
    this.#resend();
    this.wire.listen((event) => this.#heard(event), (state) => this.#state(state));
    window.addEventListener("online", () => this.#resend());
    this.#look();
  }

  // Whether the line is open is asked now and then: a chat that is closed says so before one writes.
  async #look() {
    try {
      const { is_open: isOpen } = await this.wire.look();
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
    if (isClosed) this.#say(this.words.closed, "closed");
    else if (this.notice.dataset.kind === "closed") { this.#say(""); this.#resend(); }
  }

  #say(text, kind = "note") {
    this.notice.textContent = text;
    this.notice.hidden = !text;
    this.notice.dataset.kind = kind;
  }

  #heard(event) {
    if (event.kind !== "message") return;
    this.wire.forget(event.id);
    this.#show(event, "sent");
    if (event.from === "manager") { this.lastSeq = event.seq; this.#tellRead(); }
  }

  #tellRead() {
    if (document.hidden || this.root.hidden || !this.lastSeq || this.lastSeq <= this.readSeq) return;
    const seq = this.lastSeq;
    this.readSeq = seq;
    this.wire.read(seq).catch(() => { this.readSeq = 0; });
  }

  #write() {
    const text = this.input.value.trim();
    if (!text) return;
    const message = { id: uuid(), text };
    this.wire.keep(message);
    this.#show({ ...message, from: "visitor", type: "text", at: Date.now() }, "sending");
    this.input.value = "";
    this.#grow();
    this.input.focus();
    this.#resend();
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
    if (known) return this.#mark(message.id, state);
    const isMine = message.from === "visitor";
    const at = new Date(message.at);
    const time = element("time", { datetime: at.toISOString(),
      text: at.toLocaleTimeString(this.language, { hour: "2-digit", minute: "2-digit" }) });
    const mark = element("button", { class: "kck-mark", type: "button", "data-state": state, hidden: isMine ? null : "" });
    mark.addEventListener("click", () => this.#resend());
    const who = element("span", { class: "kck-who", text: isMine ? this.words.you : message.name || this.words.manager });
    const bubble = element("li", { class: `kck-message ${isMine ? "kck-mine" : "kck-theirs"}`, "data-id": message.id },
      who, ...this.#content(message), element("span", { class: "kck-foot" }, time, mark));
    this.bubbles.set(message.id, { bubble, mark });
    const isAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
    this.log.append(bubble);
    this.#mark(message.id, state);
    if (isMine || isAtEnd) this.log.scrollTop = this.log.scrollHeight;
    return undefined;
  }

  #content(message) {
    const parts = [];
    const link = safeLink(message.media);
    if (link && message.type === "picture") {
      parts.push(element("a", { href: link, target: "_blank", rel: "noopener noreferrer" },
        element("img", { src: link, alt: message.file_name || this.words.picture, loading: "lazy" })));
    } else if (link) {
      parts.push(element("a", { class: "kck-file", href: link, target: "_blank", rel: "noopener noreferrer",
        text: message.file_name || this.words.file }));
    }
    if (message.text) parts.push(element("p", { text: message.text }));
    return parts;
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

function arrow() {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", "M4 12l16-8-5 16-3.5-6.5L4 12z");
  svg.append(path);
  return svg;
}
