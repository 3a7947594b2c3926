/** What comes from outside: more clients than usual, all at once, some that never read; clocks that are set; a new supergraph. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import { request } from '#tests/harness/client.ts';
import { conversationEventsDocument } from '#tests/harness/conversations.ts';
import type { FaultKind, Trouble } from './kind.ts';
import { always, over } from './kind.ts';

const stormSockets = 400;
const idleSockets = 2_000;
const idleBatch = 100;
const deafSockets = 40;
const deafMs = 5_000;
const overloadRequests = 200;
const overloadMs = 5_000;
const clockStepsMs = [-3_600_000, -60_000, 60_000, 3_600_000, 400 * 24 * 3_600_000];
const clockMsMax = 4_000;
const reloads = 5;
const reloadMs = 1_000;

/** A socket with a signed-in viewer; with `subscribe` it follows the conversation from its beginning. */
function openSocket(
  url: string,
  { token, subscribe }: { token: string; subscribe: string | null },
): WebSocket {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  socket.on('open', () => {
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    if (subscribe === null) return;
    const variables = { conversationId: subscribe, after: null };
    const payload = { query: conversationEventsDocument, variables };
    socket.once('message', () => socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload })));
  });
  // Refused or cut, which is what a storm gets.
  socket.on('error', () => undefined);
  return socket;
}

function tokenOf({ population, random }: Trouble): string {
  return random.pick(population.people).accessToken;
}

/** Many clients connect and subscribe in the same moment, and are gone. */
async function reconnectStorm(trouble: Trouble): ReturnType<FaultKind['inflict']> {
  const { scene, random, population } = trouble;
  const [hot] = population.conversations;
  const sockets = Array.from({ length: stormSockets }, () =>
    openSocket(random.pick(scene.gatewayUrls), { token: tokenOf(trouble), subscribe: hot?.id ?? null }),
  );
  await delay(3_000);
  for (const socket of sockets) socket.terminate();
  return over(`${stormSockets} sockets at once`);
}

/** Many sockets that do nothing. */
async function manySockets(trouble: Trouble): ReturnType<FaultKind['inflict']> {
  const { scene, random } = trouble;
  const sockets: WebSocket[] = [];
  while (sockets.length < idleSockets) {
    for (let index = 0; index < idleBatch; index += 1)
      sockets.push(openSocket(random.pick(scene.gatewayUrls), { token: tokenOf(trouble), subscribe: null }));
    await delay(100);
  }
  await delay(2_000);
  const open = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  for (const socket of sockets) socket.terminate();
  return over(`${open} of ${idleSockets} sockets open`);
}

/** Subscribers who stop reading. */
async function deafReaders(trouble: Trouble): ReturnType<FaultKind['inflict']> {
  const { scene, random, population } = trouble;
  const [hot] = population.conversations;
  const sockets = Array.from({ length: deafSockets }, () =>
    openSocket(random.pick(scene.gatewayUrls), { token: tokenOf(trouble), subscribe: hot?.id ?? null }),
  );
  await delay(1_000);
  for (const socket of sockets) if (socket.readyState === WebSocket.OPEN) socket.pause();
  await delay(deafMs);
  for (const socket of sockets) socket.terminate();
  return over(`${deafSockets} subscribers`);
}

/** Far more requests than can be served: reads, so that what is written stays countable. */
async function overload(trouble: Trouble): ReturnType<FaultKind['inflict']> {
  const { scene, random, population } = trouble;
  const endAt = performance.now() + overloadMs;
  let answered = 0;
  let refused = 0;
  const document = `query($id: ID!) { conversation(id: $id) { messages(last: 100) { nodes { id text } } } }`;
  const clients = Array.from({ length: overloadRequests }, async () => {
    while (performance.now() < endAt) {
      const { id, members } = random.pick(population.conversations);
      const token = random.pick(members).accessToken;
      const answer = await request(random.pick(scene.gatewayUrls), document, {
        variables: { id },
        token,
      }).catch(() => null);
      if (answer !== null && answer.errors.length === 0) answered += 1;
      else refused += 1;
    }
  });
  await Promise.all(clients);
  return over(`${overloadRequests} clients at once: ${answered} answered, ${refused} refused`);
}

async function setClock({ scene, random }: Trouble): ReturnType<FaultKind['inflict']> {
  const process = random.pick(scene.processes);
  const ms = random.pick(clockStepsMs);
  scene.shiftClock(process, ms);
  await delay(random.between(1_000, clockMsMax));
  scene.shiftClock(process, 0);
  return over(`${process.name} by ${ms / 60_000} minutes`);
}

/** Compatible changes, one after the other. */
async function reloadSchema({ scene, random }: Trouble): ReturnType<FaultKind['inflict']> {
  const original = readFileSync('schema/supergraph.graphql', 'utf8');
  for (let round = 0; round < reloads; round += 1) {
    const changed = original.replace('The name to show.', `The name to show, ${random.next()}.`);
    writeFileSync(scene.supergraphPath, changed);
    await delay(reloadMs);
  }
  return over(`${reloads} compatible changes`);
}

export const edgeFaults: readonly FaultKind[] = [
  { name: 'reconnect-storm', breaks: 'load', weight: 1, isPossible: always, inflict: reconnectStorm },
  { name: 'many-sockets', breaks: 'load', weight: 1, isPossible: always, inflict: manySockets },
  { name: 'deaf-readers', breaks: 'load', weight: 1, isPossible: always, inflict: deafReaders },
  { name: 'overload', breaks: 'load', weight: 1, isPossible: always, inflict: overload },
  { name: 'clock-set', breaks: 'clock', weight: 4, isPossible: always, inflict: setClock },
  { name: 'schema-reload', breaks: 'deploy', weight: 1, isPossible: always, inflict: reloadSchema },
];
