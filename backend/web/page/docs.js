// Draws one form for each operation of openapi.json and sends what is written in it.
'use strict';

const make = (name, members = {}, ...children) => {
  const element = Object.assign(document.createElement(name), members);
  element.append(...children);
  return element;
};

const resolve = (root, schema) =>
  schema && schema.$ref ? schema.$ref.split('/').slice(1).reduce((at, key) => at[key], root) : schema;

const sample = (root, schema) => {
  const found = resolve(root, schema);
  const wanted = Object.entries(found.properties || {}).filter(([name]) => (found.required || []).includes(name));
  return Object.fromEntries(wanted.map(([name, each]) => [name, { integer: 1, boolean: true }[each.type] ?? '']));
};

const send = async (method, path, body, output) => {
  const headers = { 'X-Auth-Token': document.getElementById('token').value };
  if (body !== null) headers['Content-Type'] = 'application/json';
  try {
    const answer = await fetch(path, { method, headers, body: body === null ? undefined : body });
    const text = await answer.text();
    output.textContent = `${answer.status} ${answer.statusText}\n${text && JSON.stringify(JSON.parse(text), null, 2)}`;
  } catch (error) {
    output.textContent = String(error);
  }
};

const draw = (root, path, method, operation) => {
  const content = operation.requestBody && operation.requestBody.content['application/json'];
  const keys = (operation.parameters || []).map(each => [each.name, make('input', { placeholder: each.name })]);
  const body = content && make('textarea', { value: JSON.stringify(sample(root, content.schema), null, 2) });
  const output = make('pre', { textContent: '–' });
  const button = make('button', { type: 'button', textContent: 'Send' });
  button.addEventListener('click', () => {
    const address = keys.reduce((text, [name, input]) => text.replace(`{${name}}`, encodeURIComponent(input.value)), path);
    send(method.toUpperCase(), address.slice(1), body ? body.value : null, output);
  });
  const rows = Object.entries(operation.responses).map(([status, each]) =>
    make('tr', {}, make('td', { textContent: status }), make('td', { textContent: each.description })));
  return make('details', {},
    make('summary', {}, make('code', { textContent: method.toUpperCase() }), ` ${path} `, operation.summary),
    ...keys.map(([name, input]) => make('label', {}, name, input)),
    ...(body ? [make('label', {}, 'Body', body)] : []),
    button, output, make('table', {}, ...rows));
};

fetch('openapi.json').then(answer => answer.json()).then(root => {
  const drawn = Object.entries(root.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => draw(root, path, method, operation)));
  document.getElementById('operations').replaceChildren(...drawn);
});
