/**
 * Loads the account's widgets into the place where the user is, in the order the CRM does it:
 * destroy the old, list, script and texts, construct, settings, render → bind_actions → init, then the area's own call.
 * Order observed in two builds of the CRM; documented part: https://developers.kommo.com/docs/script-js
 */
define([
  'jquery',
  'host/boot',
  'host/api',
  'host/notices',
  'host/text',
  'host/widget_base',
  'host/widget_files',
], ($, boot, api, notices, t, widgetBase, files) => {
  const PATIENCE_MS = 3000;
  const REQUIRED = ['render', 'init', 'bind_actions'];
  const list = () => window.APP.widgets.list;
  const staysAlive = (entry) => entry.init_once === true || /^y$/i.test(String(entry.init_once));
  const running = new Map();
  const reported = new WeakSet();
  const bases = new WeakSet();

  /** Whether the manifest's locations name the area, with or without `-0`/`-1`. */
  function belongs(entry, area) {
    return entry.locations.some((location) => location === 'everywhere' || location.replace(/-[01]$/, '') === area);
  }

  /** Says once what went wrong, at the step that was nearest to it. */
  function report(entry, step, error) {
    if (error && typeof error === 'object') {
      if (reported.has(error)) return;
      reported.add(error);
    }
    const reason = error && error.message ? error.message : String(error);
    console.error(`widget ${entry.code}, ${step}:`, error);
    notices.add(
      'widget',
      `widget:${entry.code}:${step}:${reason}`,
      t('notices.widget', { code: entry.code, step }),
      reason,
    );
  }

  /** `this` of a callback: the instance first, then its sibling callbacks; real widgets rely on either. */
  function self(widget) {
    return new Proxy(widget, {
      get(target, name) {
        const callbacks = widget.callbacks || {};
        return !(name in target) && name in callbacks ? callbacks[name] : target[name];
      },
    });
  }

  /** Puts the base at the end of the constructor's own chain: classes and methods on the prototype stay what they are. */
  function inherit(Widget, base) {
    let end = Widget.prototype;
    let next = Object.getPrototypeOf(end);
    while (next && next !== Object.prototype && !bases.has(next)) {
      end = next;
      next = Object.getPrototypeOf(end);
    }
    bases.add(base);
    Object.setPrototypeOf(end, base);
  }

  function construct(Widget, entry, langs) {
    if (typeof Widget !== 'function') throw new Error(t('loader.no_constructor', { kind: typeof Widget }));
    if (!Widget.prototype) throw new Error(t('loader.arrow'));
    const base = widgetBase(entry, langs);
    inherit(Widget, base);
    const widget = new Widget();
    widget.init_once = entry.init_once;
    return widget;
  }

  /** Calls one callback by its name, undefined when the widget has none; what it throws is the caller's to handle. */
  function invoke(widget, name, ...args) {
    const callback = (widget.callbacks || {})[name];
    return typeof callback === 'function' ? callback.apply(self(widget), args) : undefined;
  }

  /** Like `invoke`; an exception is reported and thrown on, a rejected promise is reported. */
  function call(entry, widget, name, ...args) {
    try {
      const result = invoke(widget, name, ...args);
      if (result && typeof result.catch === 'function') result.catch((error) => report(entry, name, error));
      return result;
    } catch (error) {
      report(entry, name, error);
      throw error;
    }
  }

  /** Like `call`, for places where an exception must not stop the page. */
  function tryCall(entry, widget, name, ...args) {
    try {
      return call(entry, widget, name, ...args);
    } catch (error) {
      return undefined;
    }
  }

  async function started(entry, widget, rendered) {
    if (!(await rendered)) return;
    $(document).trigger(`widget:${entry.code}:loaded`);
    tryCall(entry, widget, 'init');
  }

  function start(entry, widget) {
    const rendered = call(entry, widget, 'render');
    const initialised = started(entry, widget, rendered).catch(() => {});
    call(entry, widget, 'bind_actions');
    return initialised;
  }

  /** The CRM drops the object of a widget that lacks one of the three; what is there still runs, and we say so. */
  function keepOnlyWhole(entry, widget) {
    const missing = REQUIRED.filter((name) => typeof (widget.callbacks || {})[name] !== 'function');
    if (!missing.length) return;
    delete list()[entry.code];
    if (missing.length === REQUIRED.length) throw new Error(t('loader.no_callbacks', { names: missing.join(', ') }));
    notices.add(
      'advice',
      `callbacks:${entry.code}`,
      t('notices.widget', { code: entry.code, step: 'callbacks' }),
      t('loader.no_callbacks', { names: missing.join(', ') }),
    );
  }

  /** Loads one widget by its entry and runs it up to init. A failure gives a stub whose callbacks say true. */
  async function load(entry) {
    const known = running.get(entry.code);
    if (known) {
      tryCall(entry, known.widget, 'render');
      return known.widget;
    }
    try {
      const [Widget, langs] = await Promise.all([files.script(entry), files.texts(entry)]);
      const widget = construct(Widget, entry, langs);
      list()[entry.code] = widget;
      running.set(entry.code, { widget, entry });
      finishSetup(entry, widget, langs);
      keepOnlyWhole(entry, widget);
      await Promise.race([start(entry, widget), patience()]);
      return widget;
    } catch (error) {
      report(entry, 'load', error);
      return stub(entry);
    }
  }

  /** A promise of render that never settles must not hold up the page, nor the widgets behind it. */
  const patience = () =>
    new Promise((done) => {
      setTimeout(done, PATIENCE_MS);
    });

  function finishSetup(entry, widget, langs) {
    if (widget.callbacks && typeof widget.callbacks === 'object') {
      widget.set_lang({ ...langs, widget: { ...langs.widget, ...entry.texts } });
    }
  }

  /** Stands for a broken widget so that its settings can still be opened and it can be disabled. */
  function stub(entry) {
    const yes = () => true;
    const broken = running.get(entry.code);
    if (broken) return broken.widget;
    const widget = Object.create(widgetBase(entry, {}));
    widget.callbacks = { render: yes, init: yes, bind_actions: yes, settings: yes, onSave: yes, destroy: yes };
    return widget;
  }

  function destroy(code) {
    const { widget, entry } = running.get(code);
    tryCall(entry, widget, 'destroy');
    $(document).off(widget.ns);
    $(`#widgets_block .card-widgets__widget-${code}`).remove();
    delete list()[code];
    Object.values(window.APP.widgets.cf_actions).forEach((actions) => delete actions[code]);
    running.delete(code);
  }

  /** All rows of the list for an area; `all` also gives those that are not installed. */
  async function entries(area, all) {
    const answer = await api.post('/ajax/widgets/list', { area });
    return Object.values(answer.widgets).filter((entry) => all || entry.active === 'Y');
  }

  /** Names locations of a manifest for which there is no page here. */
  function nameMissing(entry) {
    const missing = entry.locations.filter((each) => !boot.areas.includes(each.replace(/-[01]$/, '')));
    missing.forEach((name) =>
      notices.add(
        'advice',
        `location:${entry.code}:${name}`,
        t('notices.location', { name, code: entry.code }),
        t('notices.location_text'),
      ),
    );
  }

  /** Leaves the old area and loads what belongs to the new one; then makes the area's own call. */
  async function enter(area, afterwards) {
    for (const [code, { entry }] of [...running]) if (!staysAlive(entry)) destroy(code);
    $(document).trigger('page:changed');
    const installed = await entries(area);
    installed.forEach(nameMissing);
    const wanted = installed.filter((entry) => staysAlive(entry) || belongs(entry, area));
    for (const entry of wanted) {
      const widget = await load(entry);
      if (afterwards) await afterwards(entry, widget);
    }
    $(document).trigger('widgets:load');
    window.sandboxReady = area;
  }

  return { enter, load, destroy, entries, belongs, invoke, call, tryCall, running, report };
});
