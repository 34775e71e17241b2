/** What the server wrote into the page: account, user, managers, pipelines, texts. */
define([], () => JSON.parse(document.getElementById('boot').textContent));
