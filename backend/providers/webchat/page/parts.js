// What a message holds: a quote, passages that were forwarded, a picture or a file, text, buttons, a menu.
import { element, icon, ICONS } from "./dom.js";

const safeLink = (url) => (/^https?:\/\//i.test(url || "") ? url : null);
const outside = { target: "_blank", rel: "noopener noreferrer" };

function file(message, words, onPicture) {
  const link = safeLink(message.media);
  if (!link) return [];
  if (message.type !== "picture") {
    return [element("a", { class: "kck-file", href: link, ...outside }, icon(ICONS.attach),
      element("span", { text: message.file_name || words.file }))];
  }
  const picture = element("img", { src: link, alt: message.file_name || words.picture });
  onPicture(picture);
  return [element("a", { href: link, ...outside }, picture)];
}

function passage(told, words, onPicture) {
  return element("blockquote", { class: "kck-passage" }, element("cite", { text: told.name || words.manager }),
    ...file(told, words, onPicture), ...(told.text ? [element("p", { text: told.text })] : []));
}

function buttons(rows, answer) {
  return rows.map((row) => element("div", { class: "kck-row" }, ...row.map(({ text, url }) => {
    const link = safeLink(url);
    if (link) return element("a", { class: "kck-button", href: link, ...outside, text });
    const made = element("button", { class: "kck-button", type: "button", text });
    made.addEventListener("click", () => answer({ text }));
    return made;
  })));
}

function menu(told, words, answer) {
  const list = element("details", { class: "kck-menu" }, element("summary", { text: told.button || words.choose }));
  for (const section of told.sections) {
    if (section.title) list.append(element("strong", { text: section.title }));
    for (const { key, title, description } of section.choices) {
      const row = element("button", { class: "kck-button", type: "button" }, element("span", { text: title }),
        ...(description ? [element("small", { text: description })] : []));
      row.addEventListener("click", () => { list.open = false; answer({ text: title, callback_data: key || title }); });
      list.append(row);
    }
  }
  return [["strong", told.header], ["p", told.body], ["small", told.footer]]
    .filter(([, text]) => text).map(([name, text]) => element(name, { text })).concat(list);
}

// `answer(message)` sends what a button or a row stands for; `onPicture(img)` hears of pictures before they are loaded.
export function content(message, words, { answer, onPicture }) {
  return [
    ...(message.quote ? [passage(message.quote, words, onPicture)] : []),
    ...(message.forwards || []).map((told) => passage(told, words, onPicture)),
    ...file(message, words, onPicture),
    ...(message.text ? [element("p", { text: message.text })] : []),
    ...(message.menu ? menu(message.menu, words, answer) : []),
    ...buttons(message.buttons || [], answer),
  ];
}
