// The visitor's own page: the chat fills it. Its address takes what embed.js takes: ?lang=…&accent=…&theme=…
import { Chat } from "./chat.js";
import { dress } from "./theme.js";

const options = Object.fromEntries(new URLSearchParams(location.search));
const root = document.getElementById("chat");
const title = document.title;
dress(root, options);
dress(document.body, options);
const chat = new Chat(root, { base: location.origin, line: root.dataset.line, title: root.dataset.title, language: options.lang });
document.documentElement.lang = chat.language;
chat.onUnread = (count) => { document.title = count ? `(${count}) ${title}` : title; };
chat.start();
