/** What the widget knows about orders, without the page. */
define([], function () {
  'use strict';

  /** Newest first. */
  function sorted(list) {
    return list.slice().sort(function (one, other) {
      return other.placed_at - one.placed_at;
    });
  }

  return {sorted: sorted};
});
