/**
 * The shared Twig registry: the CRM's controls under `/tmpl/controls/<name>.twig`, and the functions widgets call.
 * https://www.amocrm.ru/developers/content/web_sdk/mechanics
 */
define(['twigjs', 'host/notices', 'host/boot', 'host/text'], (twig, notices, boot, t) => {
  const name = (ref) =>
    ref
      .replace(/^\/?(tmpl\/)?/, '')
      .replace(/^controls\//, '')
      .replace(/\.twig$/, '');

  for (const [control, source] of Object.entries(boot.controls)) {
    twig({ id: `/tmpl/controls/${control}.twig`, data: source });
  }

  /** A template of the host by the name a widget uses for it; an unknown one is noticed and renders nothing. */
  function hostTemplate(ref) {
    const found = twig({ ref }) || twig({ ref: `/tmpl/controls/${name(ref)}.twig` });
    if (found) return found;
    notices.add('member', `template:${ref}`, t('notices.template', { name: ref }), t('notices.member_text'));
    return { render: () => '' };
  }

  twig.extendFunction('include_control', (control, params) =>
    hostTemplate(`/tmpl/controls/${control}.twig`).render(params || {}),
  );
  return { twig, hostTemplate };
});
