// One tag puts a button and a panel on any page:
// <script type="module" src="https://…/webchat/assets/embed.js?line=KEY&lang=en&accent=2563c9&theme=light&side=right"></script>
import { Chat } from "./chat.js";
import { element, icon, ICONS } from "./dom.js";
import { Kept } from "./kept.js";
import { dress } from "./theme.js";
import { chooseLanguage, words } from "./words.js";

const here = new URL(import.meta.url);
const options = Object.fromEntries(here.searchParams);
const base = here.href.slice(0, here.href.indexOf("/webchat/"));
const SMALL = "(max-width: 480px), (max-height: 420px)"; // where the panel fills the screen, as in chat.css

class Panel {
  constructor() {
    const language = chooseLanguage(options.lang || document.documentElement.lang);
    this.words = words(language);
    this.box = element("div", { class: "kck-chat kck-panel", role: "dialog", "aria-label": this.words.chat, hidden: "" });
    this.badge = element("span", { class: "kck-badge", "aria-hidden": "true", hidden: "" });
    this.button = element("button", { class: "kck-launch", type: "button" }, icon(ICONS.chat), this.badge);
    this.frame = element("div", { class: "kck-look kck-embed", lang: language, "data-side": options.side === "left" ? "left" : "right" },
      this.box, this.button);
    dress(this.frame, options);
    this.chat = new Chat(this.box, { base, line: options.line, title: "", language, onClose: () => this.show(false) });
    this.chat.onUnread = (count) => this.label(count);
    this.button.addEventListener("click", () => this.show(this.box.hidden));
    this.frame.addEventListener("keydown", (event) => { if (event.key === "Escape" && !this.box.hidden) this.show(false); });
    this.label(0);
    this.#put();
    if (new Kept(options.line).token) this.chat.start();
  }

  // Into the browser's top layer where there is one: no stacking, clipping or transform of the site reaches it there.
  #put() {
    const host = element("div", { id: "kck-channel-kit", popover: "manual" });
    const style = element("link", { rel: "stylesheet", href: new URL("chat.css", here).href });
    style.addEventListener("load", () => { this.frame.dataset.ready = ""; });
    host.attachShadow({ mode: "open" }).append(style, this.frame);
    document.body.append(host);
    host.showPopover?.();
  }

  label(unread) {
    const said = this.box.hidden ? this.words.open : this.words.close;
    this.badge.hidden = !unread;
    this.badge.textContent = unread > 99 ? "99+" : String(unread);
    this.button.setAttribute("aria-label", unread ? `${said} (${unread})` : said);
    this.button.setAttribute("aria-expanded", String(!this.box.hidden));
    this.button.firstChild.firstChild.setAttribute("d", this.box.hidden ? ICONS.chat : ICONS.close);
  }

  show(isShown) {
    this.box.hidden = !isShown;
    this.box.setAttribute("aria-modal", String(isShown && matchMedia(SMALL).matches));
    this.label(0);
    if (!isShown) { this.button.focus(); return; }
    this.chat.start();
    this.chat.shown();
    this.chat.input.focus();
  }
}

if (options.line) new Panel();
else console.error("channel kit: embed.js needs ?line=… in its address");
