/* Which view is shown, and what news change in it. */

import { arrive, leave } from "./sign_in.js";
import { ask, follow, get, token } from "./wire.js";
import { accountView, attempt, LeadList, leadView, signInView, toast } from "./views.js";
import { callView, newLeadView } from "./forms.js";
import * as notify from "./notify.js";
import { words } from "./words.js";

let list;
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

const onNews = attempt(async (news) => {
  const lead = Number(news.lead_id);
  const mine = turn;
  if (!lead || news.kind === "lead.deleted") return;
  await list.renew(lead);
  if (shownLead === lead && mine === turn) await leadView(lead, list, () => mine === turn);
});

async function begin() {
  list = new LeadList(await stages());
  await list.start();
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
