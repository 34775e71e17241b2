/* The views that write: a new lead, a call. */

import { post } from "./wire.js";
import { words } from "./words.js";
import { attempt, bar, el, show, toast } from "./views.js";

function field(label, name, attributes = {}, options = null) {
  const input = options
    ? el("select", { name, ...attributes }, ...options.map(([value, text]) => el("option", { value }, text)))
    : el("input", { name, ...attributes });
  return el("label", {}, el("span", {}, label), input);
}

function form(title, back, fields, send) {
  const button = el("button", { class: "main" }, words.save);
  const submit = attempt(async (event) => {
    const values = Object.fromEntries(new FormData(event.target));
    button.disabled = true;
    try {
      await send(values);
      toast(words.saved);
    } finally {
      button.disabled = false;
    }
  });
  show(bar(title, { back }), el("form", { class: "card", onsubmit: submit }, ...fields, button));
  document.querySelector("form input")?.focus();
}

export function newLeadView() {
  const fields = [
    field(words.name, "name", { required: "", maxlength: 255 }),
    field(words.price, "price", { type: "number", min: 0, inputmode: "numeric" }),
    field(words.contact, "contact_name", { maxlength: 255, autocomplete: "off" }),
    field(words.phone, "phone", { type: "tel", maxlength: 40, autocomplete: "off" }),
  ];
  form(words.newLead, "#", fields, async (values) => {
    const { id } = await post("/leads", { ...values, price: Number(values.price) || 0 });
    location.hash = `#lead/${id}`;
  });
}

export function callView(leadId, phone) {
  const statuses = words.statuses.map((text, number) => [number, text]).slice(1, 8);
  const fields = [
    field(words.phone, "phone", { type: "tel", required: "", value: phone, maxlength: 40 }),
    field(words.direction, "direction", {}, [["outbound", words.outbound], ["inbound", words.inbound]]),
    field(words.minutes, "minutes", { type: "number", min: 0, max: 1440, step: "any", value: 1, inputmode: "decimal" }),
    field(words.outcome, "status", {}, [statuses[3], ...statuses.filter((one) => one[0] !== 4)]),
    field(words.note, "result", { maxlength: 255 }),
  ];
  const uniq = crypto.randomUUID(); // the same when the form is sent again
  form(words.call, `#lead/${leadId}`, fields, async ({ minutes, status, ...values }) => {
    await post("/calls", { ...values, uniq, status: Number(status), duration: Math.round(Number(minutes) * 60) });
    location.hash = `#lead/${leadId}`;
  });
}
