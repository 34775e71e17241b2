// Keeps the newest messages new: asks every three seconds while the page is looked at.
const live = document.getElementById("live");
const state = document.getElementById("live-state");

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(live.dataset.url, { redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      live.replaceChildren(...fresh.body.children);
      state.textContent = "live";
    } catch {
      state.textContent = "not connected, trying again";
    }
  }
  setTimeout(look, 3000);
}

if (live) look();
