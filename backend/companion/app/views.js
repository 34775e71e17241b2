/* Elements, and the views that show something: signing in, the list, a lead, the account. */

import { ask, get } from "./wire.js";
import { money, moment, words } from "./words.js";
import * as notify from "./notify.js";

export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return element;
}

export function show(...children) {
  document.getElementById("view").replaceChildren(...children);
}

let fading;
export function toast(text) {
  const line = document.getElementById("toast");
  line.textContent = text;
  line.classList.toggle("on", Boolean(text));
  clearTimeout(fading);
  if (text) fading = setTimeout(() => line.classList.remove("on"), 6000);
}

export const attempt = (action) => async (event) => {
  event?.preventDefault?.();
  try {
    await action(event);
  } catch (error) {
    if (error.status !== 401) toast(words.failed + error.message);
  }
};

export function bar(title, { back, actions = [] } = {}) {
  const first = back && el("a", { class: "icon", href: back, "aria-label": words.back }, "‹");
  return el("header", {}, first, el("h1", {}, title), ...actions);
}

export function signInView(start, problem) {
  const icon = el("img", { src: "icon.svg", alt: "", width: 72, height: 72 });
  show(
    el("section", { class: "welcome" }, icon, el("h1", {}, words.app), el("p", {}, words.welcome),
      problem && el("p", { class: "problem", role: "alert" }, problem),
      el("button", { class: "main", onclick: start }, words.signIn)),
  );
}

/* The list of leads; `stages` maps a stage's id to its name and colour. */
export class LeadList {
  constructor(stages, incoming) {
    this.stages = stages;
    this.incoming = incoming;
    this.rows = new Map();
    this.list = el("ul", { class: "leads" });
    this.more = el("button", { class: "more", onclick: attempt(() => this.read()), hidden: "" }, words.more);
    this.empty = el("p", { class: "quiet", hidden: "" }, words.none);
    this.query = "";
  }

  view() {
    const search = el("input", {
      type: "search", placeholder: words.search, "aria-label": words.search, value: this.query,
      onchange: attempt((event) => this.start(event.target.value)),
    });
    const account = el("a", { class: "icon", href: "#account", "aria-label": words.menu }, "☰");
    const add = el("a", { class: "fab", href: "#new", "aria-label": words.newLead }, "+");
    show(bar(words.leads, { actions: [account] }), el("div", { class: "search" }, search), this.incoming.box, this.list, this.empty, this.more, add);
  }

  async start(query = "") {
    this.query = query;
    this.rows.clear();
    this.list.replaceChildren();
    this.cursor = undefined;
    await this.read();
  }

  async read() {
    const query = new URLSearchParams({ ...(this.query && { query: this.query }), ...(this.cursor && { cursor: this.cursor }) });
    const page = await get(`/leads?${query}`);
    page.leads.forEach((lead) => this.put(lead));
    this.cursor = page.next_cursor;
    this.more.hidden = !this.cursor;
    this.empty.hidden = this.rows.size > 0;
  }

  put(lead, { first = false } = {}) {
    const row = this.row(lead);
    if (this.rows.has(lead.id) && !first) this.rows.get(lead.id).replaceWith(row);
    else {
      this.rows.get(lead.id)?.remove();
      if (first) this.list.prepend(row);
      else this.list.append(row);
    }
    if (first) row.classList.add("fresh");
    this.rows.set(lead.id, row);
    this.empty.hidden = true;
  }

  row(lead) {
    const price = lead.price ? el("span", { class: "price" }, money(lead.price)) : undefined;
    const top = el("span", { class: "top" }, el("strong", {}, lead.name || `#${lead.id}`), price);
    return el("li", {}, el("a", { href: `#lead/${lead.id}` }, top, this.stage(lead)));
  }

  stage(lead) {
    const found = this.stages.get(`${lead.pipeline_id}/${lead.status_id}`);
    const dot = el("i", { "aria-hidden": "true" });
    if (found?.color) dot.style.background = found.color;
    const when = lead.updated_at ? el("time", {}, moment(lead.updated_at)) : undefined;
    return el("span", { class: "stage" }, dot, found?.name || "", when);
  }

  /* News about a lead: it moves to the top, as the list is ordered by the last change. */
  async renew(id) {
    if (!this.query) this.put(await get(`/leads/${id}`), { first: true });
  }
}

export async function leadView(id, list, isShown) {
  const [lead, talk] = await Promise.all([get(`/leads/${id}`), get(`/leads/${id}/messages`)]);
  if (!isShown()) return;
  const phones = lead.contacts.flatMap((contact) => contact.phones);
  const people = lead.contacts.map((contact) =>
    el("p", {}, contact.name, " ", ...contact.phones.map((phone) => el("a", { href: `tel:${phone}` }, phone))));
  const bubbles = talk.messages.map((message) =>
    el("li", { class: message.is_ours ? "ours" : "theirs" },
      el("small", {}, message.author || (message.is_ours ? words.you : ""), " ", el("time", {}, moment(message.at))),
      el("p", {}, message.text)));
  const price = lead.price ? el("span", { class: "price" }, money(lead.price)) : undefined;
  show(
    bar(lead.name || `#${lead.id}`, { back: "#" }),
    el("section", { class: "card" }, el("p", { class: "row" }, list.stage(lead), price), ...people,
      el("a", { class: "main", href: `#call/${id}/${encodeURIComponent(phones[0] || "")}` }, words.call)),
    el("h2", {}, words.conversation),
    bubbles.length ? el("ul", { class: "talk" }, ...bubbles) : el("p", { class: "quiet" }, words.silent),
  );
  document.querySelector(".talk li:last-child")?.scrollIntoView({ block: "nearest" });
}

export async function accountView(signOut, isShown) {
  const [me, { devices }, isOn] = await Promise.all([get("/me"), get("/devices"), notify.isOn()]);
  if (!isShown()) return;
  const again = () => accountView(signOut, isShown);
  const rows = devices.map((device) =>
    el("li", {}, el("span", {}, device.name, device.is_current ? ` (${words.thisOne})` : ""),
      device.is_current ? undefined : el("button", {
        onclick: attempt(async () => { await ask("DELETE", `/devices/${device.id}`); await again(); }),
      }, words.revoke)));
  show(
    bar(words.menu, { back: "#" }),
    el("section", { class: "card" }, el("strong", {}, me.user.name || `#${me.user.id}`), el("p", {}, `${me.account.name} · ${me.account.host}`)),
    el("h2", {}, words.notify),
    el("section", { class: "card" }, notify.canPush()
      ? el("button", { onclick: attempt(async () => { await (isOn ? notify.switchOff() : notify.switchOn()); await again(); }) },
        isOn ? words.notifyOff : words.notifyOn)
      : words.notifyNo),
    el("h2", {}, words.devices),
    el("ul", { class: "devices" }, ...rows),
    el("button", { class: "danger", onclick: attempt(() => signOut(devices.find((device) => device.is_current))) }, words.signOut),
  );
}
