/**
 * How a widget speaks to servers: `$authorizedAjax` with the one-time token, and `crm_post` through the CRM.
 * https://developers.kommo.com/docs/one-time-tokens
 */
define(['jquery', 'host/text'], ($, t) => {
  const KEPT_MS = 25 * 60 * 1000; // observed: the page asks for a new token only after 25 minutes
  const POST_EVERY_MS = 1000; // documented: at most one crm_post a second
  const tokens = new Map();
  let nextPostAt = 0;

  /** The integration's token, from memory while it is young. */
  function token(clientUuid) {
    const kept = tokens.get(clientUuid);
    if (kept && Date.now() - kept.at < KEPT_MS) return $.Deferred().resolve(kept.token).promise();
    return $.ajax({ url: `/ajax/v2/integrations/${clientUuid}/disposable_token`, dataType: 'json' }).then((answer) => {
      tokens.set(clientUuid, { token: answer.token, at: Date.now() });
      return answer.token;
    });
  }

  return function requests(base) {
    /** `$.ajax` with the header X-Auth-Token. Rejects with a text when the widget has no OAuth integration. */
    function authorizedAjax(options) {
      const uuid = base.params.oauth_client_uuid;
      if (!uuid) return $.Deferred().reject(t('widget.no_integration')).promise();
      return token(uuid).then((value) =>
        $.ajax({ ...options, headers: { ...options.headers, 'X-Auth-Token': value } }),
      );
    }

    /** POST by the CRM's own server; calls above one a second wait their turn. */
    function crmPost(url, data, callback, type) {
      const wait = Math.max(0, nextPostAt - Date.now());
      nextPostAt = Date.now() + wait + POST_EVERY_MS;
      setTimeout(() => {
        const sent = { ...(typeof data === 'object' ? data : { data }), target: url };
        $.post('/ajax/widgets/crm_post', sent, callback, type || 'text');
      }, wait);
    }

    return { $authorizedAjax: authorizedAjax, crm_post: crmPost };
  };
});
