/* Incoming leads: who waits to be taken on, above the list of leads. */

import { ask, get, post } from "./wire.js";
import { moment, words } from "./words.js";
import { attempt, el } from "./views.js";

export class Incoming {
  constructor(onTaken) {
    this.onTaken = onTaken;
    this.list = el("ul", { class: "leads waiting" });
    this.leads = new Set();
    this.box = el("section", { hidden: "" }, el("h2", {}, words.incoming), this.list);
  }

  async read() {
    const { incoming } = await get("/incoming");
    this.list.replaceChildren(...incoming.map((one) => this.row(one)));
    this.leads = new Set(incoming.map((one) => one.lead_id));
    this.box.hidden = incoming.length === 0;
  }

  row(one) {
    const take = attempt(async () => {
      const { lead_id: lead } = await post(`/incoming/${one.uid}/accept`, {});
      await this.onTaken(lead);
    });
    const turnAway = attempt(async () => {
      await ask("POST", `/incoming/${one.uid}/decline`, {});
      await this.read();
    });
    const title = el("span", { class: "top" }, el("strong", {}, one.name), el("time", { class: "quiet-time" }, moment(one.at)));
    const link = el("a", { class: "plain", href: `#lead/${one.lead_id}` }, title, el("span", { class: "said" }, one.text));
    return el("li", { class: "incoming" }, link,
      el("div", { class: "pair" }, el("button", { onclick: turnAway }, words.decline), el("button", { class: "main", onclick: take }, words.accept)));
  }
}
