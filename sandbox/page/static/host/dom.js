/** Small DOM helpers of the host page; widgets use jQuery, the host does not need it. */
define([], () => {
  /** Splits `tag.class.other#id` and returns the bare element. */
  function bare(selector) {
    const [, tag, rest] = /^([\w-]*)(.*)$/.exec(selector);
    const node = document.createElement(tag || 'div');
    for (const part of rest.match(/[.#][^.#]+/g) || []) {
      if (part[0] === '.') node.classList.add(part.slice(1));
      else node.id = part.slice(1);
    }
    return node;
  }

  /** Builds an element; attributes that begin with `on` are listeners, false and null are left out. */
  function el(selector, attributes, ...children) {
    const node = bare(selector);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === false || value === null || value === undefined) continue;
      if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? '' : value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  }

  /** Replaces everything inside a node. */
  function fill(node, ...children) {
    node.replaceChildren(
      ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
    );
    return node;
  }

  /** An image that tries its addresses in turn and ends as a question mark. */
  function picture(selector, addresses) {
    const image = el(`img.${selector}`, { alt: '' });
    const rest = [...addresses];
    const next = () => {
      if (rest.length) image.src = rest.shift();
      else image.replaceWith(el(`span.${selector}.picture_missing`, { 'aria-hidden': 'true' }, '?'));
    };
    image.addEventListener('error', next);
    next();
    return image;
  }

  return { el, fill, picture };
});
