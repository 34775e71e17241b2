// The line to write in and what stands around it: emoji, files, and the form of who one is.
import { element, icon, ICONS } from "./dom.js";

const EMOJI = ["😀", "😄", "😂", "😊", "😍", "😎", "🤔", "😉", "😢", "😡", "👍", "👎", "🙏", "👏", "💪", "🤝", "❤️", "🔥", "🎉", "✅", "❌", "⭐", "📦", "🚚"];
export const MAX_FILE = 20000000;

function tool(name, label) {
  return element("button", { class: "kck-tool", type: "button", "aria-label": label, title: label }, icon(ICONS[name]));
}

function emojiTool(words, input) {
  const button = tool("emoji", words.emoji);
  const panel = element("div", { class: "kck-emoji", role: "group", "aria-label": words.emoji, hidden: "" });
  button.setAttribute("aria-expanded", "false");
  const show = (isShown) => { panel.hidden = !isShown; button.setAttribute("aria-expanded", String(isShown)); };
  for (const emoji of EMOJI) {
    const choice = element("button", { type: "button", text: emoji });
    choice.addEventListener("click", () => {
      input.setRangeText(emoji, input.selectionStart, input.selectionEnd, "end");
      show(false);
      input.focus();
    });
    panel.append(choice);
  }
  button.addEventListener("click", () => { show(panel.hidden); if (!panel.hidden) panel.firstChild.focus(); });
  const leave = (to) => { if (to && !panel.contains(to) && !button.contains(to)) show(false); };
  panel.addEventListener("focusout", (event) => leave(event.relatedTarget));
  document.addEventListener("pointerdown", (event) => leave(event.composedPath()[0]));
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") { show(false); button.focus(); event.stopPropagation(); } });
  return [button, panel];
}

function fileTool(words, choose) {
  const button = tool("attach", words.attach);
  const input = element("input", { type: "file", hidden: "", tabindex: "-1", "aria-hidden": "true" });
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => { if (input.files[0]) choose(input.files[0]); input.value = ""; });
  return [button, input];
}

// Gives the form and its input. `write(text)`, `attach(file)` and `typing()` hear what the visitor does.
export function writingLine(words, { write, attach, typing }) {
  const input = element("textarea", { class: "kck-input", rows: "1", maxlength: "4000", "aria-label": words.write,
    placeholder: words.write, enterkeyhint: "send" });
  const form = element("form", { class: "kck-form" }, ...fileTool(words, attach), ...emojiTool(words, input), input,
    element("button", { class: "kck-send", type: "submit", "aria-label": words.send }, icon(ICONS.send)));
  const grow = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 140)}px`;
  };
  const send = () => {
    const text = input.value.trim();
    if (text) write(text);
    input.value = "";
    grow();
    input.focus();
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  });
  input.addEventListener("input", () => { grow(); if (input.value) typing(); });
  input.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) event.preventDefault();
    for (const file of event.clipboardData.files) attach(file);
  });
  return [form, input];
}

// Asked for while the chat is closed: then an answer can find its way, by e-mail or by phone.
export function whoForm(words, tell) {
  const field = (name, type) => element("input", { name, type, autocomplete: name === "phone" ? "tel" : name, maxlength: "100" });
  const fields = { name: field("name", "text"), email: field("email", "email"), phone: field("phone", "tel") };
  const labels = Object.entries(fields).map(([name, input]) => element("label", {}, element("span", { text: words[name] }), input));
  const trouble = element("p", { role: "alert", hidden: "" , text: words.notSaved });
  const form = element("form", { class: "kck-who-form", hidden: "" }, element("p", { text: words.whoAsks }), ...labels,
    element("button", { type: "submit", text: words.save }), trouble);
  const require = () => {
    fields.email.required = !fields.phone.value.trim();
    fields.phone.required = !fields.email.value.trim();
  };
  form.addEventListener("input", require);
  require();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    try {
      await tell(Object.fromEntries(new FormData(form)));
    } catch {
      trouble.hidden = false;
      return;
    }
    const thanks = element("p", { role: "status", tabindex: "-1", text: words.whoThanks });
    form.replaceChildren(thanks);
    thanks.focus();
  });
  return form;
}
