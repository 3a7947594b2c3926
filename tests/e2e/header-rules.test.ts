/** HEADER_RULES from the client's request to a subgraph, over HTTP and over a socket, through the gateway as it runs. */
import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { createGroup } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';

const rules = [
  { propagate: 'x-tenant', rename: 'x-org', subgraph: 'storage' },
  { propagate: { matching: '.' }, subgraph: 'storage' },
  { remove: 'x-tenant' },
  { insert: { name: 'x-env', value: 'test' } },
];
const query = 'query ($id: ID!) { conversation(id: $id) { messages(first: 5) { nodes { id } } } }';

let network: Network;
let ada: Account;
let variables: { readonly id: string };
/** Of the requests to storage so far. */
const received: IncomingHttpHeaders[] = [];
/** Stands in front of storage and passes everything on. */
const recorder = createServer((incoming, response) => {
  received.push(incoming.headers);
  const { method, headers } = incoming;
  const outgoing = request(new URL(incoming.url ?? '/', storageUrl), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
});
let storageUrl = '';

before(async () => {
  await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve));
  const { port } = recorder.address() as AddressInfo;
  network = await startNetwork({
    name: 'headers',
    wire: ({ name, environment }) => {
      if (name !== 'gateway') return;
      storageUrl = environment.STORAGE_SUBGRAPH_URL ?? '';
      environment.STORAGE_SUBGRAPH_URL = `http://127.0.0.1:${port}/graphql`;
      environment.HEADER_RULES = JSON.stringify(rules);
    },
  });
  ada = await signUp(network, 'Ada');
  variables = { id: await createGroup(network.gatewayUrl, ada, []) };
});
after(async () => {
  await network[Symbol.asyncDispose]();
  recorder.closeAllConnections();
  await new Promise((resolve) => recorder.close(resolve));
});

const sent = {
  authorization: '',
  'x-tenant': 'acme',
  'x-request-id': '7',
  'x-client-ip': '6.6.6.6',
  'x-internal-key': 'forged',
};
const expected = { 'x-org': 'acme', 'x-request-id': '7', 'x-env': 'test', 'x-tenant': undefined };

test('a request brings what the rules say, and nothing of the gateway’s own is forged', async () => {
  const headers = { ...sent, authorization: `Bearer ${ada.accessToken}`, 'content-type': 'application/json' };
  received.length = 0;
  const response = await fetch(network.gatewayUrl, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables }),
  });
  assert.deepEqual(Object.keys((await response.json()) as object), ['data']);
  checkReceived();
});

test('an operation on a socket brings the headers of its upgrade', async () => {
  const { authorization, ...headers } = sent;
  received.length = 0;
  class Socket extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, { headers });
    }
  }
  const client = createClient({
    url: network.gatewayUrl.replace(/^http/, 'ws'),
    webSocketImpl: Socket,
    connectionParams: { authorization: authorization || `Bearer ${ada.accessToken}` },
  });
  for await (const result of client.iterate({ query, variables })) assert.equal(result.errors, undefined);
  await client.dispose();
  checkReceived();
});

function checkReceived(): void {
  const [headers] = received.filter(({ authorization }) => authorization !== undefined);
  assert.ok(headers !== undefined, 'storage was not asked');
  for (const [name, value] of Object.entries(expected)) assert.equal(headers[name], value, name);
  assert.equal(headers.authorization, `Bearer ${ada.accessToken}`);
  assert.notEqual(headers['x-internal-key'], 'forged');
  assert.notEqual(headers['x-client-ip'], '6.6.6.6');
}
