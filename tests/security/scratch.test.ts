/** scratch */
import { readdirSync, readFileSync } from 'node:fs';
import { connect as tcp } from 'node:net';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import type { Account } from '#tests/harness/accounts.ts';
import { readCode, signUp } from '#tests/harness/accounts.ts';
import { request } from '#tests/harness/client.ts';
import { createGroup, followConversation, sendMessage } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';

let network: Network; let url: string; let ada: Account; let linus: Account; let cnv: string;
const log = (...a: unknown[]) => console.log('##', ...a.map((x) => typeof x === 'string' ? x : JSON.stringify(x)?.slice(0, 900)));
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));
before(async () => {
  network = await startNetwork({ name: 'scratch', environment: JSON.parse(process.env.SCRATCH_ENV ?? '{}') });
  url = network.gatewayUrl;
  [ada, linus] = await Promise.all([signUp(network, 'Ada'), signUp(network, 'Linus')]);
  cnv = await createGroup(url, ada, [linus]);
});
after(async () => {
  for (const f of readdirSync(join(network.folder, 'logs'))) {
    const lines = readFileSync(join(network.folder, 'logs', f), 'utf8').split('\n').filter((l) => /"level":(40|50|60)/.test(l) || (l !== '' && !l.startsWith('{')));
    log('LOG', f, String(lines.length)); for (const l of lines.slice(0, 12)) log('   ', l.slice(0, 700));
  }
  log(network.memory());
  await network[Symbol.asyncDispose]();
});
async function sock(token: string | null) {
  const s = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const frames: any[] = []; let code = 0;
  s.on('message', (d) => frames.push(JSON.parse(String(d))));
  s.on('close', (c) => { code = c; }); s.on('error', () => {});
  await new Promise((r) => s.once('open', r));
  s.send(JSON.stringify({ type: 'connection_init', payload: token ? { authorization: `Bearer ${token}` } : {} }));
  await sleep(150);
  return { s, frames, code: () => code, sub: (id: string, payload: object) => s.send(JSON.stringify({ id, type: 'subscribe', payload })) };
}

test('upgrade reset crash', async () => {
  for (const [name, target] of [['gateway', url], ['chat', network.subgraphUrls.chat], ['auth', network.subgraphUrls.auth]] as const) {
    const { port, host } = new URL(target);
    for (const [path, extra] of [['/nope', ''], ['/graphql', 'Origin: https://evil.example\r\n'], ['/graphql', '']] as const) {
      for (let n = 0; n < 30; n++) {
        const c = tcp(Number(port), '127.0.0.1'); c.on('error', () => {});
        await new Promise((r) => c.once('connect', r));
        c.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${extra}\r\n`, () => setTimeout(() => c.resetAndDestroy(), n % 3));
        await new Promise((r) => c.once('close', r));
      }
      await sleep(200);
      const alive = await fetch(`http://127.0.0.1:${port}/health/live`).then((r) => r.status, (e) => String(e.cause?.code));
      log('reset', name, path, extra.trim(), alive);
      if (alive !== 200) { await sleep(2500); await network.waitUntilReady(); }
    }
  }
});
test('upstream frame kill', async () => {
  await using neighbour = followConversation([url], linus, { conversationId: cnv, reconnect: false });
  await neighbour.waitFor('CaughtUp', (i) => i.length > 0);
  const a = await sock(ada.accessToken);
  a.sub('1', { query: 'subscription($a: EventCursor, $id: ID!) { conversationEvents(conversationId: $id, after: $a) { __typename } }', variables: { id: cnv, a: 'x'.repeat(65_000) } });
  await sleep(1500);
  log('neighbour closes', neighbour.closes, neighbour.errors, 'attacker', a.frames.map((f) => JSON.stringify(f).slice(0, 200)), a.code());
  a.s.close(); await sleep(500); await network.waitUntilReady();
});
test('upstream event too big', async () => {
  await using neighbour = followConversation([url], linus, { conversationId: cnv, reconnect: false });
  await neighbour.waitFor('CaughtUp', (i) => i.length > 0);
  const a = await sock(ada.accessToken);
  const f = Array.from({ length: 8 }, (_, n) => `t${n}: text`).join(' ');
  const m = Array.from({ length: 6 }, (_, n) => `m${n}: message { ...F }`).join(' ');
  a.sub('1', { query: `subscription($id: ID!) { conversationEvents(conversationId: $id) { ... on MessageCreated { ${m} } } } fragment F on Message { ${f} }`, variables: { id: cnv } });
  await sleep(700);
  log(await sendMessage(url, ada, { conversationId: cnv, text: '\u0001'.repeat(16_000) }));
  await sleep(1500);
  log('neighbour closes', neighbour.closes, neighbour.errors, 'attacker', a.frames.map((x) => JSON.stringify(x).length + JSON.stringify(x).slice(0, 200)), a.code());
  a.s.close(); await sleep(500);
});
test('413', async () => {
  for (const size of [300_000, 2_000_000, 20_000_000]) {
    const r = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: 'x'.repeat(size) }) }).then(async (x) => x.status + (await x.text()).slice(0, 100), (e) => String(e.cause ?? e));
    log('413', String(size), r);
  }
});
test('leaks', async () => {
  const q = async (name: string, query: string, variables = {}, token: string | undefined = ada.accessToken) => log(name, await request(url, query, { variables, token }).catch((e) => String(e)));
  await q('storage error', 'query($id: ID!) { conversationEvents(conversationId: $id) { edges { cursor } } }', { id: 'nothing' });
  await q('first', '{ conversations(first: 1000) { nodes { id } } }');
  await q('unauth', '{ conversations { nodes { id } } }', {}, '');
  await q('unauth user', '{ user(id: "x") { id } conversation(id: "x") { id } }', {}, '');
  await q('enum', 'mutation($r: MemberRole!) { addMembers(input: {conversationId: "x", userIds: [], role: $r}) { __typename } }', { r: 'MEMBERR' });
  await q('input field', 'mutation($i: LoginInput!) { login(input: $i) { __typename } }', { i: { identifer: 'x', password: 'secretpw' } });
  await q('lit', 'mutation { login(input: {identifer: "x", password: "sekret"}) { __typename } }');
  await q('entity', '{ __typename }', {});
});
test('pre-hijack', async () => {
  const email = `${randomUUID()}@example.com`;
  const reg = (handle: string, password: string, em = email) => request<any>(url, 'mutation($input: RegisterInput!) { register(input: $input) { __typename ... on MutationError { message } } }', { variables: { input: { handle, displayName: handle, email: em, password } } });
  const h = `vic_${randomUUID().slice(0, 8)}`;
  // attacker burns the recipient's mail limit with resets, which mail nothing
  for (let i = 0; i < 5; i++) await request(url, 'mutation($e: EmailAddress!) { requestPasswordReset(email: $e) { accepted } }', { variables: { e: email } });
  await sleep(300);
  log('victim', await reg(h, 'victims own password 9'));
  const code = await readCode(network, email);
  const ah = `att_${randomUUID().slice(0, 8)}`;
  log('attacker', await reg(ah, 'attackers password 77'));
  const v = await request<any>(url, 'mutation($input: VerifyEmailInput!) { verifyEmail(input: $input) { __typename ... on SignedIn { viewer { email user { handle } } } } }', { variables: { input: { email, code } } });
  log('verified', v);
  const l = await request<any>(url, 'mutation($input: LoginInput!) { login(input: $input) { __typename ... on SignedIn { viewer { email user { handle } } } } }', { variables: { input: { identifier: email, password: 'attackers password 77' } } });
  log('ATTACKER LOGIN', l);
});
test('fragments bomb and planner', async () => {
  const timed = async (name: string, query: string, variables = {}) => { const t = performance.now(); const r = await request(url, query, { variables, token: ada.accessToken }).catch((e) => String(e)); log(name, String(Math.round(performance.now() - t)), JSON.stringify(r).slice(0, 250)); };
  const chain = (n: number, type: string, leaf: string) => Array.from({ length: n }, (_, i) => `fragment F${i} on ${type} { ${i === 0 ? leaf : `...F${i - 1} ...F${i - 1}`} }`).join(' ');
  for (const n of [10, 16, 20]) await timed(`chain ${n}`, `{ viewer { user { ...F${n - 1} } } } ${chain(n, 'User', 'id handle')}`);
  for (const n of [10, 16]) await timed(`skip chain ${n}`, `query($s: Boolean!) { viewer { user { ...F${n - 1} } } } ${Array.from({ length: n }, (_, i) => `fragment F${i} on User { ${i === 0 ? 'id handle' : `...F${i - 1} @skip(if: $s) ...F${i - 1} @include(if: $s)`} }`).join(' ')}`, { s: true });
  const types = ['MessageCreated', 'MemberJoined', 'MemberLeft', 'ConversationUpdated', 'ReadReceiptUpdated'];
  const conv = 'conversation { id title kind lastSeq viewerUnreadCount lastMessage { id text sender { handle displayName } } }';
  await timed('types', `query($id: ID!) { conversationEvents(conversationId: $id) { edges { node { ${types.map((t) => `... on ${t} { ${conv} }`).join(' ')} } } } }`, { id: cnv });
  await timed('types2', `query($id: ID!) { conversationEvents(conversationId: $id) { edges { node { ... on ConversationEvent { ${types.map((t) => `... on ${t} { ${conv} ... on MessageCreated { message { id text replyTo { id text sender { handle } } } } }`).join(' ')} } } } } }`, { id: cnv });
  await timed('nested', `query($id: ID!) { conversation(id: $id) { messages(first: 100) { nodes { conversation { messages(first: 100) { nodes { text replyTo { text } } } } } } } }`, { id: cnv });
  const wide = Array.from({ length: 14 }, (_, i) => `c${i}: conversation(id: $id) { ${conv} messages(first: 2) { nodes { sender { handle } replyTo { sender { handle } conversation { title } } mentions { handle } } } members { nodes { user { handle } } } }`).join(' ');
  await timed('wide', `query($id: ID!) { ${wide} }`, { id: cnv });
});
