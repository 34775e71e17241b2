/** The host's own words in the user's language. */
define(['host/boot'], (boot) => {
  /** Text of a key with `{name}` replaced; an unknown key shows itself, so that it is noticed. */
  return function t(key, values) {
    const text = boot.texts[key] || key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? values[name] : whole));
  };
});
