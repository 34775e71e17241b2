// amocrm-js (npm) against the sandbox, as a user of it would write: authorise, read, add, list, page, change, refresh.
const assert = require('assert');
const { Client } = require('amocrm-js');

const CLIENT_ID = '7c1b4a52-0d3e-4f69-8a27-51e9d0c3b6f4';
const CLIENT_SECRET = 'sandbox0integration0secret0of064characters0that0guards0nothing00';
const REDIRECT_URI = 'http://127.0.0.1:8000/oauth/callback';
const pause = () => new Promise((done) => setTimeout(done, 1100)); // seven requests a second

async function consent() {
  const body = new URLSearchParams({ client_id: CLIENT_ID, answer: 'allow' });
  const answer = await new Promise((done) => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    require('https').request('https://www.kommo.com/oauth', { method: 'POST', headers }, done).end(body.toString());
  });
  answer.resume();
  return new URL(answer.headers.location).searchParams.get('code');
}

async function main() {
  const auth = {
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    redirect_uri: REDIRECT_URI,
    code: await consent(),
  };
  const client = new Client({ domain: 'demo.kommo.com', auth });

  const account = await client.request.get('/api/v4/account', { with: 'amojo_id' });
  assert.strictEqual(account.data.subdomain, 'demo');
  assert.ok(account.data.amojo_id);

  const made = await client.request.post('/api/v4/leads', [{ name: 'From Node', price: 5 }]);
  const number = made.data._embedded.leads[0].id;
  const listed = await client.request.get('/api/v4/leads', { limit: 1 });
  assert.strictEqual(listed.data._embedded.leads.length, 1);

  const old = client.token.getValue().refresh_token;
  await client.token.refresh();
  assert.notStrictEqual(client.token.getValue().refresh_token, old);
  await pause();

  const lead = await client.leads.getById(number);
  lead.name = 'Renamed';
  await lead.save();
  assert.strictEqual((await client.leads.getById(number)).name, 'Renamed');
  const page = await client.leads.get({ limit: 1, page: 1 });
  assert.strictEqual(page.getData().length, 1);
  assert.strictEqual(await page.next(), false);
  await pause();

  const contact = new client.Contact();
  contact.name = 'Ann';
  await contact.save();
  assert.ok(contact.id);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
