// The visitor's own page: the chat fills it.
import { Chat } from "./chat.js";

const root = document.getElementById("chat");
const chat = new Chat(root, { base: location.origin, line: root.dataset.line, title: root.dataset.title });
document.documentElement.lang = chat.language;
chat.start();
