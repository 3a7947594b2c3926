/** Server-sent events in single connection mode: a reservation, one stream for the results of many operations, and requests that start and stop them. */
import { randomUUID } from 'node:crypto';
import type { AuditCase, Scene } from '../case.ts';
import { expect, expectData, NotApplicable } from '../case.ts';
import type { ServerSentEvent } from '../clients/event-stream.ts';
import { parseEventStream } from '../clients/event-stream.ts';
import type { HttpRequest, HttpStream } from '../clients/http.ts';
import { openHttpStream } from '../clients/http.ts';
import type { Result } from '../clients/result.ts';
import { shorten } from '../clients/result.ts';
import { sse } from '../sources.ts';
import { nameOf } from '../subgraphs/accounts.ts';
import { until } from '../until.ts';
import { describeOrder, isDense, ownedTicks, positionsOf, publishTicks } from './ticks.ts';

const waitMs = 5_000;

/** A reservation, as a client with `graphql-sse` holds it. */
class Reservation {
  readonly #scene: Scene;
  readonly #token: string;

  constructor(scene: Scene, token: string) {
    this.#scene = scene;
    this.#token = token;
  }

  /** The stream for the results. */
  async connect(): Promise<HttpStream> {
    return this.#request({ method: 'GET', accept: 'text/event-stream', query: { token: this.#token } });
  }

  /** Solicits an operation; its answer, once it is there whole. */
  async start(id: string, query: string, feed = this.#scene.feed): Promise<HttpStream> {
    const payload = { query, variables: { feed }, extensions: { operationId: id } };
    return this.#answered({ method: 'POST', accept: 'application/json', payload });
  }

  /** The same for one that must be accepted. */
  async run(id: string, query: string, feed?: string): Promise<void> {
    const { status, text } = await this.start(id, query, feed);
    expect(status === 202 || status === 200, `the operation was answered by ${status} ${shorten(text())}`);
  }

  async stop(id: string): Promise<HttpStream> {
    return this.#answered({ method: 'DELETE', accept: 'application/json', query: { operationId: id } });
  }

  async #answered(request: Omit<HttpRequest, 'authorization'>): Promise<HttpStream> {
    const answer = await this.#request(request);
    await until('the end of the answer', () => answer.isEnded(), waitMs);
    return answer;
  }

  async #request(request: Omit<HttpRequest, 'authorization'>): Promise<HttpStream> {
    const { target } = this.#scene;
    const headers = { 'x-graphql-event-stream-token': this.#token };
    const authorization = target.authorization.first;
    return this.#scene.use(await openHttpStream(target, { authorization, headers, ...request }));
  }
}

/** NotApplicable when the gateway takes no reservations. */
async function reserve(scene: Scene): Promise<Reservation> {
  const authorization = scene.target.authorization.first;
  const request = { method: 'PUT', accept: '*/*', authorization } as const;
  const answer = scene.use(await openHttpStream(scene.target, request));
  await until('the end of the answer', () => answer.isEnded(), waitMs);
  if (answer.status !== 201) throw new NotApplicable(`not offered: PUT is answered by ${answer.status}`);
  return new Reservation(scene, answer.text());
}

async function reserveAndConnect(scene: Scene): Promise<{ reservation: Reservation; stream: HttpStream }> {
  const reservation = await reserve(scene);
  const stream = await reservation.connect();
  const type = stream.headers.get('content-type') ?? '';
  expect(stream.status === 200 && type.startsWith('text/event-stream'), `${stream.status} ${type}`);
  return { reservation, stream };
}

function eventsOf(stream: HttpStream, id: string, kind: string): ServerSentEvent[] {
  return parseEventStream(stream.text()).filter(
    ({ event, data }) => event === kind && (JSON.parse(data) as { id: string }).id === id,
  );
}

function resultsOf(stream: HttpStream, id: string): Result[] {
  return eventsOf(stream, id, 'next').map(({ data }) => (JSON.parse(data) as { payload: Result }).payload);
}

export const singleConnectionCases: readonly AuditCase[] = [
  {
    name: 'sse-single/reservation',
    rule: 'PUT is answered by 201 and a token in the body; the token opens the stream.',
    source: sse.single,
    run: async (scene) => {
      await reserveAndConnect(scene);
      return '201, then text/event-stream';
    },
  },
  {
    name: 'sse-single/events',
    rule: 'Results of a subscription come on the stream as `next` with id and payload, in order.',
    source: sse.single,
    run: async (scene) => {
      const { reservation, stream } = await reserveAndConnect(scene);
      await reservation.run('one', ownedTicks);
      await scene.world.feeds.waitOpen(scene.feed);
      publishTicks(scene, 10, () => ({ id: 'u1' }));
      await until('10 events', () => resultsOf(stream, 'one').length === 10, waitMs);
      expect(
        isDense(positionsOf(resultsOf(stream, 'one'))),
        describeOrder(positionsOf(resultsOf(stream, 'one'))),
      );
      const data = { ticked: { position: 1, owner: { name: nameOf('u1') } } };
      return expectData(resultsOf(stream, 'one')[0] ?? {}, data);
    },
  },
  {
    name: 'sse-single/two-operations',
    rule: 'Several operations share the stream, each under its id; one that completes says so, the others go on.',
    source: sse.single,
    run: async (scene) => {
      const { reservation, stream } = await reserveAndConnect(scene);
      const other = `${scene.feed}-other`;
      await reservation.run('one', ownedTicks);
      await reservation.run('two', ownedTicks, other);
      await Promise.all([scene.feed, other].map((feed) => scene.world.feeds.waitOpen(feed)));
      scene.world.feeds.complete(other);
      await until('complete', () => eventsOf(stream, 'two', 'complete').length === 1, waitMs);
      publishTicks(scene, 1, () => null);
      await until('an event', () => resultsOf(stream, 'one').length === 1, waitMs);
      expect(resultsOf(stream, 'two').length === 0, shorten(resultsOf(stream, 'two')));
      return 'one completed, one went on';
    },
  },
  {
    name: 'sse-single/query',
    rule: 'The result of a query comes on the stream, with `complete`.',
    source: sse.single,
    run: async (scene) => {
      const { reservation, stream } = await reserveAndConnect(scene);
      await reservation.run('one', '{ product(id: "p1") { name } }');
      await until('complete', () => eventsOf(stream, 'one', 'complete').length === 1, waitMs);
      return expectData(resultsOf(stream, 'one')[0] ?? {}, { product: { name: nameOf('p1') } });
    },
  },
  {
    name: 'sse-single/validation-error',
    rule: 'An operation that is refused is answered so in its own request.',
    source: sse.single,
    run: async (scene) => {
      const { reservation } = await reserveAndConnect(scene);
      const { status, text } = await reservation.start('one', 'subscription { nothing }');
      expect(status >= 400 && status < 500 && text().includes('"errors"'), `${status} ${shorten(text())}`);
      return `${status} ${shorten(text())}`;
    },
  },
  {
    name: 'sse-single/stop',
    rule: 'DELETE with the id of an operation ends its source stream.',
    source: sse.single,
    run: async (scene) => {
      const { reservation } = await reserveAndConnect(scene);
      await reservation.run('one', ownedTicks);
      await scene.world.feeds.waitOpen(scene.feed);
      const { status } = await reservation.stop('one');
      expect(status === 200, `DELETE is answered by ${status}`);
      await scene.world.feeds.waitClosed(scene.feed);
      return 'closed';
    },
  },
  {
    name: 'sse-single/disconnect-stops-the-sources',
    rule: 'A client that closes the stream ends the source streams of all its operations.',
    source: sse.single,
    run: async (scene) => {
      const { reservation, stream } = await reserveAndConnect(scene);
      const other = `${scene.feed}-other`;
      await reservation.run('one', ownedTicks);
      await reservation.run('two', ownedTicks, other);
      await Promise.all([scene.feed, other].map((feed) => scene.world.feeds.waitOpen(feed)));
      stream[Symbol.dispose]();
      await Promise.all([scene.feed, other].map((feed) => scene.world.feeds.waitClosed(feed)));
      return 'both closed';
    },
  },
  {
    name: 'sse-single/one-stream-a-reservation',
    rule: 'A second stream for the same token is refused.',
    source: sse.single,
    run: async (scene) => {
      const { reservation } = await reserveAndConnect(scene);
      const second = await reservation.connect();
      expect(second.status >= 400, `answered by ${second.status}`);
      return `${second.status}`;
    },
  },
  {
    name: 'sse-single/unknown-token',
    rule: 'A stream for a token that nobody has is refused.',
    source: sse.single,
    run: async (scene) => {
      await reserve(scene);
      const answer = await new Reservation(scene, randomUUID()).connect();
      expect(answer.status >= 400, `answered by ${answer.status}`);
      return `${answer.status}`;
    },
  },
];
