/**
 * Cards of leads, contacts and companies: fields, feed, and the right panel where widgets stand.
 * https://developers.kommo.com/docs/card-sdk
 */
define([
  'jquery',
  'backbone',
  'host/boot',
  'host/api',
  'host/dom',
  'host/text',
  'host/place',
  'host/loader',
  'host/card_actions',
  'host/card_tabs',
], ($, Backbone, boot, api, { el, fill }, t, place, loader, actions, tabs) => {
  const KINDS = {
    lead: { path: 'leads', area: 'lcard', page: 'leads_card', type: 2 },
    contact: { path: 'contacts', area: 'ccard', page: 'contacts_card', type: 1 },
    company: { path: 'companies', area: 'comcard', page: 'companies_card', type: 3 },
  };

  /** `APP.data.current_card`: documented are `id` (0 = new) and `model`. */
  function currentCard(kind, data) {
    const model = new Backbone.Model(data.record);
    return {
      id: data.record.id,
      element_type: kind.type,
      model,
      contacts: data.contacts,
      info: data.record,
      main_user: data.record.responsible_user_id,
      $el: $('#card_holder'),
      save() {
        return api.put(`/ajax/card/${kind.path}/${data.record.id}`, {
          name: model.get('name'),
          custom_fields_values: model.get('custom_fields_values') || undefined,
        });
      },
      getLinked: () => data.contacts,
      user_rights: { edit: true },
    };
  }

  /** The control of one of the account's own fields, named as in the CRM's form. */
  function ownField({ field_id: id, title, value, options }) {
    const name = `CFV[${id}]`;
    if (!options.length) return el('input.linked-form__cf.text-input', { name, value, 'aria-label': title });
    return el(
      'select.linked-form__cf',
      { name, 'aria-label': title },
      ['', ...options].map((option) => el('option', { value: option, selected: option === value }, option)),
    );
  }

  function field(code, title, value, own) {
    const phone = code === 'PHONE' || code === 'EMAIL';
    const shown = own
      ? ownField(own)
      : phone
        ? actions.link(code === 'PHONE' ? 'phone' : 'email', value)
        : el('input.linked-form__cf.text-input', {
            value: value === null || value === undefined ? '' : value,
            'aria-label': title,
            readonly: true,
          });
    return el(
      'div.linked-form__field',
      { 'data-pei-code': code.toLowerCase(), 'data-id': code },
      el('div.linked-form__field__label', {}, el('span', {}, title)),
      el('div.linked-form__field__value', {}, shown),
    );
  }

  function contactForm(contact) {
    return el(
      'li.linked-form',
      { 'data-id': contact.id },
      el('a.linked-form__name', { href: `/contacts/detail/${contact.id}/`, 'data-path': true }, contact.name),
      contact.phones.map((phone) => field('PHONE', t('card.phone'), phone)),
      contact.emails.map((email) => field('EMAIL', t('card.email'), email)),
    );
  }

  async function save(event) {
    event.preventDefault();
    const button = event.currentTarget.querySelector('.js-button-with-loader');
    const { model } = place.card;
    const form = event.currentTarget;
    model.set('name', form.querySelector('.card-name').value);
    model.set(
      'custom_fields_values',
      [...form.querySelectorAll('[name^="CFV["]')].map((node) => ({
        field_id: Number(node.name.slice(4, -1)),
        values: node.value ? [{ value: node.value }] : null,
      })),
    );
    button.disabled = true;
    try {
      await place.card.save();
    } finally {
      button.disabled = false;
    }
  }

  /** The lead's stage, to be changed: whoever listens to the pipeline hears of it. */
  function statusPicker(record) {
    const pipeline = boot.pipelines.find((each) => each.id === record.pipeline_id) || { statuses: [] };
    const color = (id) => (pipeline.statuses.find((status) => status.id === id) || {}).color;
    const move = async (event) => {
      const status = Number(event.target.value);
      await api.put(`/ajax/card/leads/${record.id}`, { status_id: status, pipeline_id: record.pipeline_id });
      event.target.style.setProperty('--stage', color(status));
      place.card.model.set('status_id', status);
    };
    return el(
      'select.card-status',
      { 'aria-label': t('card.status'), style: `--stage: ${color(record.status_id)}`, onchange: move },
      pipeline.statuses.map((status) =>
        el('option', { value: status.id, selected: status.id === record.status_id }, status.name),
      ),
    );
  }

  function fields(kind, data) {
    const { record } = data;
    return el(
      'form.card-fields#edit_card',
      { onsubmit: save },
      el(
        'div.card-fields__top.card-fields__top-name',
        {},
        el('h1.sr', {}, record.name || `#${record.id}`),
        el(
          'textarea.card-name.text-input',
          { name: 'name', rows: '1', 'aria-label': t('list.head.name') },
          record.name || '',
        ),
        record.id
          ? el(
              'button.button-input.button-input_blue.js-button-with-loader.card-top-save-button',
              { type: 'submit' },
              t('settings.save'),
            )
          : null,
        el('span.muted', {}, `${t(`card.${kind.path}`)} #${record.id}`),
        data.status ? statusPicker(record) : null,
      ),
      el('div.card-tabs__wrapper', {}, tabs.bar()),
      el(
        'div.card-fields__fields-block',
        {},
        data.fields.map((each) => field(each.code, each.title, each.value, 'field_id' in each && each)),
        data.contacts.length && kind.area !== 'ccard'
          ? el('ul.linked-forms__group-wrapper', {}, data.contacts.map(contactForm))
          : null,
      ),
      tabs.place(),
    );
  }

  function feed(data) {
    return el(
      'section.card-holder__feed',
      { 'aria-label': t('card.feed') },
      el(
        'ol.notes-wrapper',
        {},
        data.notes.map((note) => el('li.feed-note', {}, el('small.muted', {}, note.kind), el('p', {}, note.text))),
        data.notes.length ? null : el('li.empty', {}, t('card.no_notes')),
      ),
      data.chats.length
        ? el(
            'p',
            {},
            data.chats.map((chat) =>
              el('a.button-input', { href: `/chats/${chat.id}/`, 'data-path': true }, t('card.chat')),
            ),
          )
        : null,
      actions.compose(),
    );
  }

  function panel() {
    return el(
      'aside.card-widgets.js-widgets-active#widgets_block',
      { 'aria-label': t('card.widgets') },
      el('div.card-widgets__elements.custom-scroll', { 'data-empty': t('card.no_widgets') }),
      el('div.card-widgets__overlay#card_widgets_overlay', { style: 'display: none' }),
    );
  }

  const page = (name) => {
    const kind = KINDS[name];
    return {
      section: name === 'lead' ? 'leads' : 'contacts',
      async show(holder, id) {
        const data = await api.get(`/ajax/card/${kind.path}/${id}`);
        place.move({ area: kind.area, page: kind.page, dotted: `${kind.path}.card`, entity: kind.path });
        fill(holder, el('div.card-holder#card_holder', {}, fields(kind, data), feed(data), panel()));
        place.card = currentCard(kind, data);
        const stop = actions.follow();
        await loader.enter(kind.area, (entry, widget) => {
          tabs.open(entry, widget, kind, Number(id));
        });
        actions.draw();
        return stop;
      },
    };
  };
  return { lead: page('lead'), contact: page('contact'), company: page('company') };
});
