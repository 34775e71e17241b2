/** Behaviour of the CRM's controls (select, check boxes, suggest), wherever a widget has drawn them. */
define(['jquery'], ($) => {
  const OPEN = 'control--select_opened';
  const OPENING = '.control--select, .checkboxes_dropdown, .pipeline-select-wrapper';

  function closeAll(except) {
    $('.control--select').not(except).removeClass(OPEN).find('.control--select--button').attr('aria-expanded', 'false');
    $('.checkboxes_dropdown').not(except).removeClass('checkboxes_dropdown_opened');
    $('.pipeline-select-wrapper').not(except).removeClass('pipeline-select_opened');
  }

  function toggleSelect(event) {
    const $select = $(event.currentTarget).closest('.control--select');
    closeAll($select);
    const isOpen = $select.toggleClass(OPEN).hasClass(OPEN);
    $select.find('.control--select--button').attr('aria-expanded', String(isOpen));
  }

  function choose(item) {
    const $item = $(item);
    const $select = $item.closest('.control--select');
    const value = $item.attr('data-value');
    $item
      .addClass('control--select--list--item-selected')
      .siblings()
      .removeClass('control--select--list--item-selected');
    $select
      .find('.control--select--button')
      .attr('data-value', value)
      .find('.control--select--button-inner')
      .text($item.text().trim());
    const $input = $select.find('.control--select--input');
    $input.attr('data-prev-value', $input.val()).val(value).trigger('change');
    closeAll();
  }

  /** Arrow keys move the choice of a focused select, as in a native one. */
  function selectKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const $items = $(event.currentTarget)
      .closest('.control--select')
      .find('.control--select--list--item')
      .not('[class*=disabled]');
    const now = $items.index($items.filter('.control--select--list--item-selected'));
    const next = $items[Math.min($items.length - 1, Math.max(0, now + step))];
    if (next) choose(next);
  }

  function dropdownTitle($dropdown) {
    const $checked = $dropdown.find('.js-item-checkbox:checked');
    const first = $checked.first().closest('label').text().trim();
    const title =
      $checked.length === 0
        ? $dropdown.attr('data-title-empty')
        : $checked.length === 1
          ? first
          : `${$checked.length} ${$dropdown.attr('data-title-numeral') || ''}`;
    $dropdown.find('.checkboxes_dropdown__title').text(title);
  }

  function listen() {
    $(document)
      .on('click', '.control--select--button', toggleSelect)
      .on('click', '.control--select--list--item:not(.control--select--list--item-disabled)', (event) =>
        choose(event.currentTarget),
      )
      .on('keydown', '.control--select--button', selectKey)
      .on('click', '.checkboxes_dropdown__title_wrapper', (event) => {
        const $dropdown = $(event.currentTarget).closest('.checkboxes_dropdown');
        closeAll($dropdown);
        $dropdown.toggleClass('checkboxes_dropdown_opened');
      })
      .on('change', '.checkboxes_dropdown .js-item-checkbox', (event) =>
        dropdownTitle($(event.currentTarget).closest('.checkboxes_dropdown')),
      )
      .on('click', '.pipeline-select', (event) => {
        const $wrapper = $(event.currentTarget).closest('.pipeline-select-wrapper');
        closeAll($wrapper);
        $wrapper.toggleClass('pipeline-select_opened');
      })
      .on('change', '.pipeline-select-wrapper input', (event) => {
        const title = $(event.currentTarget).closest('label').text().trim();
        $(event.currentTarget)
          .closest('.pipeline-select-wrapper')
          .find('.pipeline-select__caption-text')
          .text(title);
        closeAll();
      })
      .on('change', '.file-input input', (event) => {
        const names = [...event.currentTarget.files].map((file) => file.name);
        if (names.length)
          $(event.currentTarget).closest('label').find('.button-input-inner__text').text(names.join(', '));
      })
      .on('change', '.control-checkbox input', (event) =>
        $(event.currentTarget).closest('.control-checkbox').toggleClass('is-checked', event.currentTarget.checked),
      )
      .on('change', '.switcher__checkbox', (event) =>
        $(event.currentTarget)
          .closest('.switcher')
          .toggleClass('switcher__on', event.currentTarget.checked)
          .toggleClass('switcher__off', !event.currentTarget.checked),
      )
      // Not at the click: by then the list has closed, because its input has lost the focus.
      .on('mousedown', '.control--suggest--list--item', (event) => {
        event.preventDefault();
        const $item = $(event.currentTarget);
        $item
          .closest('.control--suggest')
          .find('.control--suggest--input')
          .val($item.text().trim())
          .attr('data-value-id', $item.attr('data-value-id'))
          .trigger('change');
      })
      .on('click', (event) => $(event.target).closest(OPENING).length || closeAll())
      .on('click', '.card-widgets__widget__caption', (event) => {
        const isOpen = $(event.currentTarget)
          .closest('.card-widgets__widget')
          .toggleClass('card-widgets__widget_closed')
          .hasClass('card-widgets__widget_closed');
        $(event.currentTarget).attr('aria-expanded', String(!isOpen));
      });
  }

  return { listen };
});
