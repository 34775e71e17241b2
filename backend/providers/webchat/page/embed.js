// One tag puts a button and a panel on any page:
// <script type="module" src="https://…/webchat/assets/embed.js?line=KEY&lang=en&accent=2563c9&side=right"></script>
import { Chat } from "./chat.js";
import { element, icon, ICONS } from "./dom.js";
import { chooseLanguage, words } from "./words.js";

const here = new URL(import.meta.url);
const options = here.searchParams;
const base = here.href.slice(0, here.href.indexOf("/webchat/"));
const line = options.get("line");

class Panel {
  constructor() {
    this.words = words(chooseLanguage(options.get("lang") || document.documentElement.lang));
    const host = element("div", { id: "kck-channel-kit" });
    const shadow = host.attachShadow({ mode: "open" });
    const style = element("link", { rel: "stylesheet", href: new URL("chat.css", here).href });
    this.box = element("div", { class: "kck-chat kck-panel", role: "dialog", "aria-label": this.words.open, hidden: "" });
    this.badge = element("span", { class: "kck-badge", hidden: "" });
    this.button = element("button", { class: "kck-launch", type: "button", "aria-expanded": "false" }, icon(ICONS.chat), this.badge);
    this.frame = element("div", { class: "kck-chat kck-embed", "data-side": options.get("side") === "left" ? "left" : "right" }, this.box, this.button);
    const accent = options.get("accent");
    if (/^[0-9a-f]{3}([0-9a-f]{3})?$/i.test(accent || "")) {
      for (const styled of [this.frame, this.box]) styled.style.setProperty("--kck-accent", `#${accent}`);
    }
    shadow.append(style, this.frame);
    this.button.addEventListener("click", () => this.show(this.box.hidden));
    this.frame.addEventListener("keydown", (event) => { if (event.key === "Escape" && !this.box.hidden) { this.show(false); this.button.focus(); } });
    style.addEventListener("load", () => { this.frame.dataset.ready = ""; });
    document.body.append(host);
    this.label(0);
    if (localStorage.getItem(`kck-chat-${line}`)) this.open();
  }

  label(unread) {
    this.badge.hidden = !unread;
    this.badge.textContent = String(unread);
    this.button.setAttribute("aria-label", this.box.hidden ? this.words.open : this.words.close);
  }

  open() {
    if (this.chat) return;
    this.chat = new Chat(this.box, { base, line, title: "", language: options.get("lang"), onClose: () => { this.show(false); this.button.focus(); } });
    this.unread = 0;
    this.chat.onAnswer = () => { if (this.box.hidden) this.label((this.unread += 1)); };
    this.chat.start();
  }

  show(isShown) {
    this.open();
    this.box.hidden = !isShown;
    this.button.setAttribute("aria-expanded", String(isShown));
    this.unread = 0;
    this.label(0);
    if (isShown) { this.chat.shown(); this.chat.input.focus(); }
  }
}

if (line) new Panel();
else console.error("channel kit: embed.js needs ?line=… in its address");
