// How the chat looks: light or dark as the visitor's system says or the site wants, and in a colour of the site's own. Words
// on that colour, and lines in it, can be read whatever it is. https://www.w3.org/TR/WCAG22/#contrast-minimum
const PAPER = { light: [255, 255, 255], dark: [30, 37, 48] };
const BLACK = [0, 0, 0], WHITE = [255, 255, 255];
const TEXT = 4.5, LINE = 3;

function parse(accent) {
  if (!/^([0-9a-f]{3}){1,2}$/i.test(accent || "")) return null;
  const pairs = accent.length === 3 ? [...accent].map((digit) => digit + digit) : accent.match(/../g);
  return pairs.map((pair) => parseInt(pair, 16));
}

function luminance(colour) {
  const [red, green, blue] = colour.map((byte) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function edge(colour, scheme) {
  const away = scheme === "dark" ? WHITE : BLACK;
  for (let share = 0; share <= 1; share += 0.1) {
    const mixed = colour.map((byte, place) => Math.round(byte * (1 - share) + away[place] * share));
    if (contrast(mixed, PAPER[scheme]) >= LINE) return mixed;
  }
  return away;
}

const css = (colour) => `rgb(${colour.join(" ")})`;

export function dress(root, { accent, theme }) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const colour = parse(accent);
  const put = () => {
    root.dataset.scheme = ["light", "dark"].includes(theme) ? theme : system.matches ? "dark" : "light";
    if (!colour) return;
    root.style.setProperty("--kck-accent", css(colour));
    root.style.setProperty("--kck-on-accent", css(contrast(colour, WHITE) >= TEXT ? WHITE : BLACK));
    root.style.setProperty("--kck-edge", css(edge(colour, root.dataset.scheme)));
  };
  system.addEventListener("change", put);
  put();
}
