/** Subscriptions over HTTP in one answer that stays open: server-sent events in distinct connections mode, and Apollo's multipart protocol. */
import type { AuditCase, Scene } from '../case.ts';
import { expect, expectData, NotApplicable } from '../case.ts';
import type { ServerSentEvent } from '../clients/event-stream.ts';
import { parseEventStream } from '../clients/event-stream.ts';
import type { HttpRequest, HttpStream } from '../clients/http.ts';
import { openHttpStream } from '../clients/http.ts';
import type { Multipart } from '../clients/multipart.ts';
import { parseMultipart, readBoundary } from '../clients/multipart.ts';
import type { Payload, Result } from '../clients/result.ts';
import { shorten } from '../clients/result.ts';
import { multipart, sse } from '../sources.ts';
import { nameOf } from '../subgraphs/accounts.ts';
import { until } from '../until.ts';
import { describeOrder, isDense, ownedTicks, positionsOf, publishTicks } from './ticks.ts';

const waitMs = 5_000;
const heartbeatWaitMs = 16_000;
const eventStreamType = 'text/event-stream';
const multipartAccept = 'multipart/mixed;subscriptionSpec=1.0, application/json';

async function open(scene: Scene, accept: string, more: Partial<HttpRequest>): Promise<HttpStream> {
  const authorization = scene.target.authorization.first;
  return scene.use(await openHttpStream(scene.target, { method: 'POST', accept, authorization, ...more }));
}

function typeOf({ headers }: HttpStream): string {
  return headers.get('content-type') ?? '';
}

/** A running subscription; NotApplicable when the answer is no stream of the kind. */
async function follow(
  scene: Scene,
  accept: string,
  query = ownedTicks,
): Promise<{ stream: HttpStream; contentType: string }> {
  const payload = { query, variables: { feed: scene.feed } };
  const stream = await open(scene, accept, { payload }).catch((error: Error) => error);
  if (stream instanceof Error) {
    expect(scene.world.feeds.opened(scene.feed) === 0, `the source is open, but ${stream.message}`);
    throw new NotApplicable(`not offered: ${stream.message}`);
  }
  const contentType = typeOf(stream);
  const kind = accept.split(/[;,]/)[0] ?? '';
  if (stream.status !== 200 || !contentType.startsWith(kind))
    throw new NotApplicable(`not offered: ${stream.status} ${contentType}`);
  await scene.world.feeds.waitOpen(scene.feed);
  return { stream, contentType };
}

/** The gateway speaks the protocol; NotApplicable when it does not. */
async function requireStreams(scene: Scene, accept: string): Promise<void> {
  const { stream } = await follow(scene, accept);
  stream[Symbol.dispose]();
  await scene.world.feeds.waitClosed(scene.feed);
}

function eventsOf(stream: HttpStream): ServerSentEvent[] {
  return parseEventStream(stream.text()).filter(({ event }) => event === 'next' || event === 'complete');
}

function resultsOf(stream: HttpStream): Result[] {
  return eventsOf(stream)
    .filter(({ event }) => event === 'next')
    .map(({ data }) => JSON.parse(data) as Result);
}

async function untilCompleted(stream: HttpStream): Promise<void> {
  const isCompleted = () => eventsOf(stream).at(-1)?.event === 'complete' && stream.isEnded();
  await until(() => `complete and the end of ${shorten(stream.text())}`, isCompleted, waitMs);
}

const productQuery: Payload = { query: '{ product(id: "p1") { name rating } }' };
const productData = { product: { name: nameOf('p1'), rating: 2 } };
const tickData = (position: number) => ({ ticked: { position, owner: { name: nameOf('u1') } } });

const eventStreams: readonly AuditCase[] = [
  {
    name: 'sse/opens-before-the-first-event',
    rule: 'The head of the answer comes at once: 200, text/event-stream.',
    source: sse.distinct,
    run: async (scene) => {
      const { contentType } = await follow(scene, eventStreamType);
      return contentType;
    },
  },
  {
    name: 'sse/events',
    rule: 'Each event is a `next` with the whole result, as it happens and in order.',
    source: sse.distinct,
    run: async (scene) => {
      const { stream } = await follow(scene, eventStreamType);
      publishTicks(scene, 1, () => ({ id: 'u1' }));
      await until('the first event', () => resultsOf(stream).length === 1, waitMs);
      publishTicks(scene, 20, (n) => ({ id: `slow:${n}` }));
      await until('21 events', () => resultsOf(stream).length === 21, waitMs);
      expect(isDense(positionsOf(resultsOf(stream))), describeOrder(positionsOf(resultsOf(stream))));
      return expectData(resultsOf(stream)[0] ?? {}, tickData(1));
    },
  },
  {
    name: 'sse/complete',
    rule: 'A source that completes is a `complete` behind all events, and the end of the answer.',
    source: sse.distinct,
    run: async (scene) => {
      const { stream } = await follow(scene, eventStreamType);
      publishTicks(scene, 3, (n) => ({ id: `slow:${n}` }));
      scene.world.feeds.complete(scene.feed);
      await untilCompleted(stream);
      expect(resultsOf(stream).length === 3, `${resultsOf(stream).length} of 3 events`);
      return '3 events, complete, end';
    },
  },
  {
    name: 'sse/get',
    rule: 'A GET with the operation in its URL, as EventSource sends it, is served as well.',
    source: sse.distinct,
    run: async (scene) => {
      await requireStreams(scene, eventStreamType);
      const query = { query: ownedTicks, variables: JSON.stringify({ feed: scene.feed }) };
      const stream = await open(scene, eventStreamType, { method: 'GET', query });
      expect(stream.status === 200, `${stream.status} ${shorten(stream.text())}`);
      await scene.world.feeds.waitOpen(scene.feed);
      publishTicks(scene, 1, () => ({ id: 'u1' }));
      await until('an event', () => resultsOf(stream).length === 1, waitMs);
      return expectData(resultsOf(stream)[0] ?? {}, tickData(1));
    },
  },
  {
    name: 'sse/validation-error',
    rule: 'An operation that is refused is a `next` with the errors and a `complete`, with status 200.',
    source: sse.distinct,
    run: async (scene) => {
      await requireStreams(scene, eventStreamType);
      const stream = await open(scene, eventStreamType, { payload: { query: 'subscription { nothing }' } });
      const head = `${stream.status} ${typeOf(stream)}`;
      expect(stream.status === 200 && typeOf(stream).startsWith(eventStreamType), head);
      await untilCompleted(stream);
      expect((resultsOf(stream)[0]?.errors?.length ?? 0) > 0, shorten(stream.text()));
      return shorten(resultsOf(stream)[0]);
    },
  },
  {
    name: 'sse/query',
    rule: 'A query is one `next` and `complete`.',
    source: sse.distinct,
    run: async (scene) => {
      await requireStreams(scene, eventStreamType);
      const stream = await open(scene, eventStreamType, { payload: productQuery });
      expect(typeOf(stream).startsWith(eventStreamType), `${stream.status} ${typeOf(stream)}`);
      await untilCompleted(stream);
      return expectData(resultsOf(stream)[0] ?? {}, productData);
    },
  },
  {
    name: 'sse/disconnect-stops-the-source',
    rule: 'A client that closes the connection ends the source stream.',
    source: sse.distinct,
    run: async (scene) => {
      const { stream } = await follow(scene, eventStreamType);
      stream[Symbol.dispose]();
      await scene.world.feeds.waitClosed(scene.feed);
      return 'closed';
    },
  },
  {
    name: 'sse/heartbeat',
    rule: 'A stream without events shows every 15 s or so that it is alive, by a comment or an event that clients ignore.',
    source: 'https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes',
    run: async (scene) => {
      const { stream } = await follow(scene, eventStreamType);
      const { length } = stream.text();
      await until('a sign of life', () => stream.text().length > length, heartbeatWaitMs);
      return shorten(stream.text().slice(length));
    },
  },
];

function partsOf(stream: HttpStream): Multipart {
  return parseMultipart(stream.text(), readBoundary(typeOf(stream)) ?? '');
}

/** Results of the parts that are no heartbeats. */
function payloadsOf(stream: HttpStream): Result[] {
  return partsOf(stream).parts.flatMap((part) => {
    const { payload } = JSON.parse(part) as { payload?: Result | null };
    return payload === undefined || payload === null ? [] : [payload];
  });
}

const multiparts: readonly AuditCase[] = [
  {
    name: 'multipart/opens-before-the-first-event',
    rule: 'The head of the answer comes at once: 200, multipart/mixed with a boundary.',
    source: multipart.execution,
    run: async (scene) => {
      const { contentType } = await follow(scene, multipartAccept);
      expect(readBoundary(contentType) !== null, contentType);
      return contentType;
    },
  },
  {
    name: 'multipart/events',
    rule: 'Each event is a JSON part with the whole result as `payload`, as it happens and in order.',
    source: multipart.execution,
    run: async (scene) => {
      const { stream } = await follow(scene, multipartAccept);
      publishTicks(scene, 1, () => ({ id: 'u1' }));
      await until('the first event', () => payloadsOf(stream).length === 1, waitMs);
      publishTicks(scene, 20, (n) => ({ id: `slow:${n}` }));
      await until('21 events', () => payloadsOf(stream).length === 21, waitMs);
      expect(isDense(positionsOf(payloadsOf(stream))), describeOrder(positionsOf(payloadsOf(stream))));
      const odd = partsOf(stream).types.find((type) => !type.startsWith('application/json'));
      expect(odd === undefined, `a part of type ${odd}`);
      return expectData(payloadsOf(stream)[0] ?? {}, tickData(1));
    },
  },
  {
    name: 'multipart/complete',
    rule: 'A source that completes is the closing delimiter behind all events, and the end of the answer.',
    source: multipart.execution,
    run: async (scene) => {
      const { stream } = await follow(scene, multipartAccept);
      publishTicks(scene, 3, (n) => ({ id: `slow:${n}` }));
      scene.world.feeds.complete(scene.feed);
      await until('the end of the answer', () => stream.isEnded(), waitMs);
      const { isClosed } = partsOf(stream);
      expect(isClosed && payloadsOf(stream).length === 3, shorten(stream.text(), 300));
      return '3 events, closing delimiter, end';
    },
  },
  {
    name: 'multipart/heartbeat',
    rule: 'An open stream gets `{}` parts that clients ignore.',
    source: multipart.heartbeats,
    run: async (scene) => {
      const { stream } = await follow(scene, multipartAccept);
      const { length } = partsOf(stream).parts;
      await until('a heartbeat', () => partsOf(stream).parts.length > length, heartbeatWaitMs);
      const part = partsOf(stream).parts.at(-1) ?? '';
      expect(JSON.stringify(JSON.parse(part)) === '{}', part);
      return part;
    },
  },
  {
    name: 'multipart/error-inside-an-event',
    rule: 'Errors of an event stand inside its `payload`.',
    source: multipart.errors,
    run: async (scene) => {
      const query = 'subscription ($feed: String!) { productChanged(feed: $feed) { id faulty } }';
      const { stream } = await follow(scene, multipartAccept, query);
      scene.world.feeds.publish(scene.feed, { id: 'p1' });
      await until('the event', () => payloadsOf(stream).length === 1, waitMs);
      const [result] = payloadsOf(stream);
      expect(JSON.stringify(result?.errors?.[0]?.path) === '["productChanged","faulty"]', shorten(result));
      return shorten(result);
    },
  },
  {
    name: 'multipart/validation-error',
    rule: 'An operation that is refused is answered with its errors, as JSON or in a part.',
    source: multipart.errors,
    run: async (scene) => {
      await requireStreams(scene, multipartAccept);
      const stream = await open(scene, multipartAccept, { payload: { query: 'subscription { nothing }' } });
      await until('the end of the answer', () => stream.isEnded(), waitMs);
      expect(/"errors":\s*\[\s*\{/.test(stream.text()), `${stream.status} ${shorten(stream.text())}`);
      return `${stream.status} ${shorten(stream.text())}`;
    },
  },
  {
    name: 'multipart/query',
    rule: 'A query with the same Accept header is answered, as JSON or in a part.',
    source: multipart.execution,
    run: async (scene) => {
      await requireStreams(scene, multipartAccept);
      const stream = await open(scene, multipartAccept, { payload: productQuery });
      await until('the end of the answer', () => stream.isEnded(), waitMs);
      expect(
        stream.text().includes(JSON.stringify(productData)),
        `${stream.status} ${shorten(stream.text())}`,
      );
      return `${stream.status} ${typeOf(stream)}`;
    },
  },
  {
    name: 'multipart/disconnect-stops-the-source',
    rule: 'A client that closes the connection ends the source stream.',
    source: multipart.execution,
    run: async (scene) => {
      const { stream } = await follow(scene, multipartAccept);
      stream[Symbol.dispose]();
      await scene.world.feeds.waitClosed(scene.feed);
      return 'closed';
    },
  },
];

export const httpStreamCases: readonly AuditCase[] = [...eventStreams, ...multiparts];
