// What stands around the line to write in: emoji, files, and the form of who one is.
import { element, icon, ICONS } from "./dom.js";

const EMOJI = ["😀", "😄", "😂", "😊", "😍", "😎", "🤔", "😉", "😢", "😡", "👍", "👎", "🙏", "👏", "💪", "🤝", "❤️", "🔥", "🎉", "✅", "❌", "⭐", "📦", "🚚"];
export const MAX_FILE = 20000000;

function tool(name, label) {
  return element("button", { class: "kck-tool", type: "button", "aria-label": label, title: label }, icon(ICONS[name]));
}

export function emojiTool(words, input) {
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
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") { show(false); button.focus(); event.stopPropagation(); } });
  return [button, panel];
}

export function fileTool(words, choose) {
  const button = tool("attach", words.attach);
  const input = element("input", { type: "file", hidden: "", tabindex: "-1", "aria-hidden": "true" });
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => { if (input.files[0]) choose(input.files[0]); input.value = ""; });
  return [button, input];
}

// Asked for while the chat is closed: then an answer can find its way.
export function whoForm(words, known, tell) {
  const fields = ["name", "email", "phone"].map((name) => element("label", {}, element("span", { text: words[name] }),
    element("input", { name, type: name === "email" ? "email" : name === "phone" ? "tel" : "text", autocomplete: name === "phone" ? "tel" : name,
      maxlength: "100", value: known[name] || "" })));
  const form = element("form", { class: "kck-who-form", hidden: "" }, element("p", { text: words.whoAsks }), ...fields,
    element("button", { type: "submit", text: words.save }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await tell(Object.fromEntries(new FormData(form)));
    form.replaceChildren(element("p", { role: "status", text: words.whoThanks }));
  });
  return form;
}
