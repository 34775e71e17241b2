/** The consent to an integration's access before it is installed, and what came of the install hook. */
define(['host/boot', 'host/dom', 'host/text', 'host/notices', 'lib/components/base/modal'], (
  boot,
  { el },
  t,
  notices,
  Modal,
) => {
  function content(entry, answer) {
    return [
      el('h2.modal-body__caption', {}, t('consent.title', { name: entry.texts.name })),
      el('p', {}, t('consent.text', { account: boot.constants.account.name })),
      el(
        'ul.consent__scopes',
        {},
        entry.scopes.map((scope) => el('li', {}, t(`scope.${scope}`))),
      ),
      el(
        'div.modal-body__actions',
        {},
        el(
          'button.button-input.button-input_blue.js-modal-accept',
          { type: 'button', onclick: () => answer(true) },
          t('consent.allow'),
        ),
        el('button.button-cancel', { type: 'button' }, t('common.cancel')),
      ),
    ];
  }

  /** Asks for consent; resolves with true or false. A widget without an integration needs none. */
  function ask(entry) {
    if (!entry.oauth_client_uuid) return Promise.resolve(true);
    return new Promise((done) => {
      const modal = new Modal({
        class_name: 'modal-list consent',
        init: ($body) =>
          $body.append(
            ...content(entry, (value) => {
              done(value);
              modal.destroy();
            }),
          ),
        destroy: () => {
          done(false);
        },
      });
    });
  }

  /** Says when the integration's server did not take the hook: the CRM itself would stay silent. */
  function report(answer) {
    const { hook } = answer;
    if (!hook || (hook.status && hook.status < 400)) return;
    const reason = hook.error || `HTTP ${hook.status}`;
    notices.add(
      'network',
      `hook:${reason}`,
      t('consent.hook_failed'),
      t('consent.hook_text', { reason, url: hook.url || '' }),
    );
  }

  return { ask, report };
});
