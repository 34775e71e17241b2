/* Which view is shown, and what news change in it. */

import { arrive, leave } from "./sign_in.js";
import { ask, follow, get, token } from "./wire.js";
import { Incoming } from "./incoming.js";
import { accountView, attempt, LeadList, leadView, signInView, toast } from "./views.js";
import { callView, newLeadView } from "./forms.js";
import * as notify from "./notify.js";
import { words } from "./words.js";

let list;
let incoming;
let following;
let shownLead;
let turn = 0; // counts views: an answer that comes late must not take the place of a newer view

async function stages() {
  const { pipelines } = await get("/pipelines");
  const all = pipelines.flatMap((one) => one.statuses.map((status) => [`${one.id}/${status.id}`, status]));
  return new Map(all);
}

const route = attempt(async () => {
  if (!token.get()) return;
  const mine = (turn += 1);
  const isShown = () => mine === turn;
  const [place, id, rest] = location.hash.slice(1).split("/");
  shownLead = place === "lead" ? Number(id) : undefined;
  if (place === "lead") await leadView(id, list, isShown);
  else if (place === "call") callView(id, decodeURIComponent(rest || ""));
  else if (place === "new") newLeadView();
  else if (place === "account") await accountView(signOut, isShown);
  else list.view();
});

/* News come in bunches, one change in several pieces: they are gathered for a moment and looked up once. */
const heard = { leads: new Set(), isIncoming: false, timer: undefined };

function onNews(news) {
  heard.isIncoming ||= news.entity_type === "unsorted" || news.kind === "message.received";
  if (Number(news.lead_id) && news.kind !== "lead.deleted") heard.leads.add(Number(news.lead_id));
  heard.timer ??= setTimeout(lookUp, 700);
}

const lookUp = attempt(async () => {
  const leads = [...heard.leads];
  const wasIncoming = heard.isIncoming;
  Object.assign(heard, { leads: new Set(), isIncoming: false, timer: undefined });
  const mine = turn;
  if (wasIncoming) await incoming.read();
  for (const lead of leads) if (!incoming.leads.has(lead)) await list.renew(lead);
  if (leads.includes(shownLead) && mine === turn) await leadView(shownLead, list, () => mine === turn);
});

async function taken(lead) {
  await Promise.all([incoming.read(), list.renew(lead)]);
  location.hash = `#lead/${lead}`;
}

/* Shows the app; as long as the backend or Kommo asks for patience, tries again. */
async function begin() {
  try {
    await open();
  } catch (error) {
    if (error.status === 401) return;
    toast(words.failed + error.message);
    setTimeout(begin, 3000);
  }
}

async function open() {
  incoming = new Incoming(taken);
  list = new LeadList(await stages(), incoming);
  await Promise.all([list.start(), incoming.read()]);
  await route();
  following = new AbortController();
  follow(onNews, following.signal, (isUp) => toast(isUp ? "" : words.offline));
  notify.worker()?.catch(() => undefined);
}

async function signOut(device) {
  await notify.switchOff().catch(() => undefined);
  await ask("DELETE", `/devices/${device.id}`);
  token.clear();
  signedOut();
}

function signedOut(problem) {
  following?.abort();
  history.replaceState(null, "", "./");
  signInView(attempt(leave), problem);
}

addEventListener("hashchange", route);
addEventListener("signed-out", () => signedOut());

attempt(async () => {
  const wrong = await arrive().catch((error) => error.message);
  if (!token.get()) {
    const known = { access_denied: words.denied, account_not_installed: words.absent };
    signedOut(wrong && (known[wrong] || words.failed + wrong));
  } else await begin();
})();
