/**
 * Module `lib/components/base/modal`: the CRM's dialog, with the documented options and the observed methods.
 * https://www.amocrm.ru/developers/content/web_sdk/system_modules
 */
define(['jquery', 'underscore', 'host/dom', 'host/text'], ($, _, { el }, t) => {
  const DEFAULTS = {
    class_name: 'modal-list',
    init() {},
    destroy() {},
    container: document.body,
    can_centrify: false,
    init_animation: false,
    default_overlay: false,
    centrify_animation: false,
    disable_overlay_click: false,
    disable_escape_keydown: false,
    disable_enter_keydown: false,
    disable_cancel_click: false,
    disable_resize: false,
    preload_templates: [],
    focus_element: '.js-modal-accept',
  };
  const FOCUSABLE =
    'a[href], button:not([disabled]), input:not([disabled]):not([type=hidden]), select, textarea, [tabindex="0"]';
  const open = [];

  class Modal {
    constructor(options) {
      this.options = { ...DEFAULTS, ...(this.options || {}), ...(options || {}) };
      this.returnTo = document.activeElement;
      this._build();
      this._listen();
      open.push(this);
      this.options.init.call(this, this.$modal_body);
      this._focus();
    }

    _build() {
      const body = el('div.modal-body', { role: 'dialog', 'aria-modal': 'true', tabindex: '-1' });
      this.$modal = $(
        el('div.modal', {}, el('div.modal-scroller.custom-scroll', {}, body), el('div.default-overlay.modal-overlay')),
      );
      this.$modal.addClass(this.options.class_name).addClass('modal_shown');
      this.$modal_body = this.$modal.find('.modal-body');
      this.$el = this.$modal;
      $(this.options.container).append(this.$modal);
      document.body.classList.add('page-overlay-shown');
    }

    _listen() {
      this.$modal.on('click', '.modal-body__close', () => this.destroy());
      this.$modal.on('click', '.button-cancel', () => this.options.disable_cancel_click || this.destroy());
      this.$modal.find('.modal-scroller').on('mousedown', (event) => this._outside(event));
      this.$modal_body.on('modal:loaded', () => this.$modal_body.addClass('modal-body-relative'));
      this.$modal_body.on('modal:centrify', () => this._focus());
      this.onKey = (event) => this._key(event);
      this.onPage = () => this.destroy();
      document.addEventListener('keydown', this.onKey);
      $(document).on('page:changed', this.onPage);
    }

    _outside(event) {
      if (event.target === event.currentTarget && !this.options.disable_overlay_click) this.destroy();
    }

    _key(event) {
      if (open[open.length - 1] !== this) return;
      if (event.key === 'Escape' && !this.options.disable_escape_keydown) this.destroy();
      if (event.key === 'Tab') this._keepFocusInside(event);
      const accept = this.$modal_body.find('.js-modal-accept')[0];
      const typing = /TEXTAREA|BUTTON|A/.test(event.target.tagName);
      if (event.key === 'Enter' && accept && !typing && !this.options.disable_enter_keydown) accept.click();
    }

    _keepFocusInside(event) {
      const stops = this.$modal_body.find(FOCUSABLE).filter(':visible').get();
      if (!stops.length) return;
      const [first, last] = [stops[0], stops[stops.length - 1]];
      const outside = !this.$modal_body[0].contains(document.activeElement);
      if (event.shiftKey && (document.activeElement === first || outside)) last.focus();
      else if (!event.shiftKey && (document.activeElement === last || outside)) first.focus();
      else return;
      event.preventDefault();
    }

    _focus() {
      const body = this.$modal_body[0];
      if (body.contains(document.activeElement) && document.activeElement !== body) return;
      const wanted = body.querySelector(this.options.focus_element) || body.querySelector(FOCUSABLE) || body;
      wanted.focus({ preventScroll: true });
    }

    show() {
      this.$modal.show();
    }

    hide() {
      this.$modal.hide();
    }

    /** Dims the body while a request runs. */
    requestStart() {
      this.$modal_body.addClass('modal-body_loading').attr('aria-busy', 'true');
    }

    _message(kind, text) {
      this.$modal_body.removeClass('modal-body_loading').removeAttr('aria-busy');
      this.$modal_body.find('.modal-body__message').remove();
      this.$modal_body.append(el(`div.modal-body__message.modal-body__message_${kind}`, { role: 'alert' }, text));
    }

    showError(text, canRetry = true) {
      this._message('error', text || t('modal.error'));
      this.$modal_body.find('.js-modal-accept').prop('disabled', !canRetry);
    }

    showSuccess(text, callback, delayMs = 500) {
      this._message('success', text || t('modal.success'));
      setTimeout(() => {
        this.destroy();
        if (callback) callback();
      }, delayMs);
    }

    shakeError() {
      this.$modal_body.addClass('modal-body_shake');
    }

    /** Closes the dialog unless the author's `destroy` says false. */
    destroy() {
      if (!open.includes(this) || this.options.destroy.call(this) === false) return;
      open.splice(open.indexOf(this), 1);
      document.removeEventListener('keydown', this.onKey);
      $(document).off('page:changed', this.onPage);
      this.$modal.remove();
      if (!open.length) document.body.classList.remove('page-overlay-shown');
      if (this.returnTo && this.returnTo.isConnected) this.returnTo.focus({ preventScroll: true });
    }
  }

  // Samples call the underscored names of earlier builds.
  Modal.prototype._showError = Modal.prototype.showError;
  Modal.prototype._showSuccess = Modal.prototype.showSuccess;

  /** The dialog as a function constructor: widgets call it with `new`, some extend it the Backbone way. */
  function Callable(options) {
    return new.target ? Reflect.construct(Modal, [options], new.target) : new Modal(options);
  }
  Callable.prototype = Modal.prototype;
  Callable.extend = function extend(members) {
    const parent = this;
    const Child = function (options) {
      return members.hasOwnProperty('constructor')
        ? members.constructor.call(this, options) || this
        : Reflect.construct(parent, [options], new.target || Child);
    };
    Child.prototype = Object.assign(Object.create(parent.prototype), members, { constructor: Child });
    Child.extend = extend;
    return Child;
  };
  return Callable;
});
