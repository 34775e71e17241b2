// Keeps the page new while it is looked at: the messages every three seconds, all the rest every fifth time.
const LOOK_MS = 3000;
const ALL_EVERY = 5;
const live = document.getElementById("live");
let looks = 0;

// Only what differs is put in, so that nobody loses the place, the focus or the figures that were opened.
function put(fresh) {
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const shown = live.querySelector(`[data-part="${part.dataset.part}"]`);
    for (const opened of shown.querySelectorAll("details[open]")) part.querySelector(`#${opened.id}`)?.setAttribute("open", "");
    if (shown.innerHTML === part.innerHTML) continue;
    const focused = shown.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    shown.replaceChildren(...part.childNodes);
    if (focused) shown.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
}

async function look() {
  const state = document.getElementById("live-state");
  if (!document.hidden) {
    try {
      const answer = await fetch(live.dataset.url + (looks++ % ALL_EVERY ? "" : "?all=1"), { redirect: "manual" });
      if (answer.type === "opaqueredirect") return location.reload(); // the day is over: log in again
      if (!answer.ok) throw new Error(String(answer.status));
      put(new DOMParser().parseFromString(await answer.text(), "text/html"));
      state.textContent = "live";
    } catch {
      state.textContent = "not connected, trying again";
    }
  }
  return setTimeout(look, LOOK_MS);
}

if (live) look();
