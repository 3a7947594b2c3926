/** What an operator and a visitor see: a supergraph that changes under open streams, the explorer served whole from our own files, introspection off. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { errorCode, request, requestData } from '#tests/harness/client.ts';
import { createGroup, followConversation, messagesOf, sendMessage } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import { buildExplorer } from '../../web/explorer/build.ts';

const folder = mkdtempSync(join(tmpdir(), 'supergraph-'));
const supergraphPath = join(folder, 'supergraph.graphql');
const describeHandle = '{ __type(name: "User") { fields { name description } } }';

let network: Network;
let url: string;
let ada: Account;

before(async () => {
  copyFileSync('schema/supergraph.graphql', supergraphPath);
  const silent = () => undefined;
  await buildExplorer(silent);
  network = await startNetwork({ name: 'pages', environment: { SUPERGRAPH_PATH: supergraphPath } });
  url = network.gatewayUrl;
  ada = await signUp(network, 'Ada');
});
after(async () => {
  await network[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

test('a new supergraph is taken over without cutting a stream, a bad one is not', async () => {
  const conversationId = await createGroup(url, ada, []);
  await using stream = followConversation([url], ada, { conversationId, reconnect: false });
  await stream.waitFor('CaughtUp', (items) => items.length > 0);
  const original = readFileSync(supergraphPath, 'utf8');

  writeFileSync(supergraphPath, original.replace('The name to show.', 'Its new description.'));
  await until(async () => (await readDescriptions()).includes('Its new description.'));
  await sendMessage(url, ada, { conversationId, text: 'after the change' });
  await stream.waitFor('the message', () => messagesOf(stream).length === 1);

  writeFileSync(supergraphPath, 'this is no supergraph');
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  assert.ok((await readDescriptions()).includes('Its new description.'));
  await sendMessage(url, ada, { conversationId, text: 'after the bad one' });
  await stream.waitFor('the second message', () => messagesOf(stream).length === 2);
  assert.deepEqual([stream.closes, stream.errors], [[], []]);
});

test('the explorer is served from our own files, all of them there, none from elsewhere', async () => {
  const { origin } = new URL(url);
  const page = await fetch(`${origin}/explorer/`);
  const html = await page.text();
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  const assets = [...html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(
    ([, path = '']) => new URL(path, `${origin}/explorer/`),
  );
  assert.ok(assets.length >= 2, html);
  for (const asset of assets) {
    assert.equal(asset.origin, origin);
    const response = await fetch(asset);
    assert.equal(response.status, 200, asset.pathname);
    await response.body?.cancel();
  }
  assert.equal((await fetch(`${origin}/explorer/../../package.json`)).status, 404);
});

test('the address of /graphql shows a page to browsers, with the link to Apollo Sandbox', async () => {
  const response = await fetch(url, { headers: { accept: 'text/html' } });
  assert.match(await response.text(), /studio\.apollographql\.com\/sandbox/);
});

test('introspection is off by one variable, and with it the hints at names', async () => {
  await using closed = await startNetwork({
    name: 'closed',
    environment: { INTROSPECTION_ENABLED: 'false' },
  });
  const answer = await request(closed.gatewayUrl, describeHandle);
  assert.equal(errorCode(answer), 'GRAPHQL_VALIDATION_FAILED');
  const typo = await request(closed.gatewayUrl, '{ viewr { email } }');
  assert.doesNotMatch(typo.errors[0]?.message ?? '', /viewer/);
  assert.match((await request(url, '{ viewr { email } }')).errors[0]?.message ?? '', /viewer/);
});

async function readDescriptions(): Promise<string[]> {
  const { __type: type } = await requestData<{ __type: { fields: { description: string }[] } }>(
    url,
    describeHandle,
  );
  return type.fields.map(({ description }) => description);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
