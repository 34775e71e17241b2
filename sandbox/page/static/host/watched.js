/**
 * Objects that name what they do not have: reading a member that the sandbox does not offer gives `undefined`,
 * as in the CRM, and a visible notice with the member's name.
 */
define(['host/notices', 'host/text'], (notices, t) => {
  // Asked for by the language or by libraries, not by the widget's author.
  const ordinary = new Set([
    'then',
    'toJSON',
    'jquery',
    'nodeType',
    'length',
    'splice',
    'window',
    'inspect',
    '$$typeof',
    'constructor',
    'toString',
    'valueOf',
    '_isVue',
    '__v_isRef',
    '__v_skip',
    '__v_isReactive',
    '__v_raw',
    '__ob__',
  ]);
  const key = (path) => `member:${path}`;

  function report(path) {
    notices.add('member', key(path), t('notices.member', { path }), t('notices.member_text'));
  }

  /** Wraps an object of the host; `name` is how the author writes it (`APP.data`). */
  function watched(name, object) {
    return new Proxy(object, {
      get(target, member, receiver) {
        if (typeof member === 'string' && !(member in target) && !ordinary.has(member)) report(`${name}.${member}`);
        return Reflect.get(target, member, receiver);
      },
    });
  }

  /** The end of a prototype chain: notices members found nowhere before it, and forgives those the widget sets itself. */
  function watchedEnd(name) {
    return new Proxy(Object.create(null), {
      get(target, member) {
        if (member in Object.prototype) return Object.prototype[member];
        if (typeof member === 'string' && !ordinary.has(member)) report(`${name}.${member}`);
        return undefined;
      },
      set(target, member, value, receiver) {
        notices.retract(key(`${name}.${String(member)}`));
        return Reflect.defineProperty(receiver, member, {
          value,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      },
      has: (target, member) => member in Object.prototype,
    });
  }

  return { watched, watchedEnd };
});
