/* Shows a push as a notification and opens the lead it is about; keeps the app's own files for a start without network. */

const CACHE = "companion-1";
const FILES = ["./", "style.css", "main.js", "wire.js", "words.js", "views.js", "forms.js", "incoming.js", "sign_in.js", "notify.js",
  "icon.svg", "icon-192.png"];
const TITLES = {
  "message.received": { en: "New message", es: "Nuevo mensaje", pt: "Nova mensagem" },
  "lead.added": { en: "New lead", es: "Nuevo lead", pt: "Novo lead" },
  "lead.changed": { en: "A lead has changed", es: "Un lead ha cambiado", pt: "Um lead mudou" },
  "lead.status_changed": { en: "A lead has moved", es: "Un lead ha avanzado", pt: "Um lead avançou" },
  "lead.responsible_changed": { en: "A lead is yours now", es: "Un lead es tuyo ahora", pt: "Um lead agora é seu" },
};

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const isOurs = event.request.method === "GET" && url.origin === location.origin;
  if (!isOurs || url.pathname.includes("/api/") || url.pathname.endsWith("/sign-in") || url.search) return;
  event.respondWith(
    fetch(event.request)
      .then((answer) => {
        const kept = answer.clone();
        if (answer.ok) caches.open(CACHE).then((cache) => cache.put(event.request, kept));
        return answer;
      })
      .catch(() => caches.match(event.request, { ignoreSearch: true })),
  );
});

addEventListener("push", (event) => {
  const news = event.data ? event.data.json() : {};
  const titles = TITLES[news.kind] || {};
  const title = titles[navigator.language.slice(0, 2)] || titles.en || "Companion";
  const body = news.lead_id ? `#${news.lead_id}` : "";
  event.waitUntil(
    registration.showNotification(title, { body, tag: `${news.kind.split(".")[0]}:${news.lead_id}`, renotify: true, icon: "icon-192.png", data: news }),
  );
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  const lead = event.notification.data && event.notification.data.lead_id;
  const target = new URL(lead ? `./#lead/${lead}` : "./", registration.scope).href;
  event.waitUntil(
    clients.matchAll({ type: "window" }).then((open) => {
      const [first] = open;
      return first ? first.navigate(target).then((client) => client.focus()) : clients.openWindow(target);
    }),
  );
});
