/** Redrawing under a storm of news: one run at a time, and one more for whatever came meanwhile. */
define([], () => {
  return function calm(redraw) {
    let running = false;
    let again = false;
    return async function run() {
      again = running;
      if (running) return;
      running = true;
      try {
        await redraw();
      } catch (error) {
        console.warn('could not be redrawn', error);
      } finally {
        running = false;
      }
      if (again) await run();
    };
  };
});
