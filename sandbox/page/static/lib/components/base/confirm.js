/** Module `lib/components/base/confirm`: a question with two answers. Observed in the CRM, not documented. */
define(['lib/components/base/modal', 'host/dom', 'host/text'], (Modal, { el }, t) => {
  const DEFAULTS = {
    text: '',
    accept_text: t('confirm.accept'),
    decline_text: t('confirm.decline'),
    button_class: '',
    no_cancel: false,
    class_name: '',
    template: null,
    close_on_accept: true,
    accept() {},
    destroy() {},
  };

  function content(options, accept) {
    const text = el('p.modal-body__caption', {});
    text.innerHTML = options.template || options.text;
    return [
      text,
      el(
        'div.modal-body__actions',
        {},
        el(
          'button.button-input.button-input_blue.js-modal-accept',
          { type: 'button', onclick: accept },
          options.accept_text,
        ),
        options.no_cancel ? null : el('button.button-cancel', { type: 'button' }, options.decline_text),
      ),
    ];
  }

  return class Confirm {
    constructor(given) {
      const options = { ...DEFAULTS, ...given };
      this.modal = new Modal({
        class_name: `modal-list modal-confirm ${options.class_name}`,
        destroy: options.destroy,
        init: ($body) => $body.append(...content(options, () => this.accept())),
      });
      this.options = options;
    }

    accept() {
      this.options.accept.call(this);
      if (this.options.close_on_accept) this.modal.destroy();
    }

    requestStart() {
      this.modal.requestStart();
    }

    requestSuccess(text) {
      this.modal.showSuccess(text);
    }

    requestFail(text) {
      this.modal.showError(text);
    }

    destroy() {
      this.modal.destroy();
    }
  };
});
