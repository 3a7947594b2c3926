/**
 * One process's gRPC client of the SimulatedStore: what it asks takes a while to get there, takes a while to be answered, and is lost on
 * either way when the weather says so. What has left goes on when the process does not.
 */
import { Status } from 'nice-grpc';
import type { Clock } from '#platform/clock.ts';
import type { ChatEvent } from '#schema/generated/events.ts';
import type { EventBatch } from '#schema/generated/message_store.ts';
import {
  AcquirePartitionRequest,
  AppendRequest,
  PartitionRange,
  ReadLogRequest,
  ReplayRequest,
} from '#schema/generated/message_store.ts';
import type { MessageStore } from '../../subgraphs/chat/message-store.ts';
import type { Cluster } from './cluster.ts';
import { refuse } from './simulated-store.ts';
import type { CallWay } from './weather.ts';

export type StoreClient = Pick<
  MessageStore,
  | 'acquirePartition'
  | 'append'
  | 'readLog'
  | 'readConversationTop'
  | 'replay'
  | 'readInboxTop'
  | 'replayInbox'
>;

const deadlineMs = 5_000;
const lateMs = 6_000;
const slowMs = 400;
/** Small, so that things happen between two pages. */
const pageEventsMax = 2;

export function createStoreClient(cluster: Cluster, process: Clock): StoreClient {
  const { store } = cluster;
  const ask = <Answer>(call: Omit<Call<Answer>, 'process'>) => callStore(cluster, { ...call, process });
  return {
    acquirePartition: (request, { signal } = {}) =>
      ask({
        way: 'acquire',
        signal,
        run: () => store.acquirePartition(AcquirePartitionRequest.fromPartial(request)),
      }),
    append: (request, { signal } = {}) =>
      ask({ way: 'append', signal, run: () => store.append(AppendRequest.fromPartial(request)) }),
    readConversationTop: ({ viewerId = '', conversationId = '' }, { signal } = {}) =>
      ask({ way: 'read', signal, run: () => store.readConversationTop(viewerId, conversationId) }),
    readInboxTop: ({ viewerId = '' }, { signal } = {}) =>
      ask({ way: 'read', signal, run: () => store.readInboxTop(viewerId) }),
    readLog(request, { signal } = {}) {
      const { partition, afterLogSeq } = ReadLogRequest.fromPartial(request);
      let upTo: number | null = null;
      return readPages(
        afterLogSeq,
        ({ logSeq }) => logSeq,
        (after) => {
          const run = () => {
            // To the end as of the first page.
            upTo ??= store.tables.partition(partition).events.length;
            return store.readLog({ partition, afterLogSeq: after, upToLogSeq: upTo }, pageEventsMax);
          };
          return ask({ way: 'read', signal, run });
        },
      );
    },
    replay(request, { signal } = {}) {
      const range = ReplayRequest.fromPartial(request);
      return readPages(
        range.afterEventSeq,
        ({ eventSeq }) => eventSeq,
        (afterEventSeq) =>
          ask({ way: 'read', signal, run: () => store.replay({ ...range, afterEventSeq }, pageEventsMax) }),
      );
    },
    async *replayInbox({ viewerId = '', ranges = [] }, { signal } = {}) {
      for (const asked of ranges) {
        const range = PartitionRange.fromPartial(asked);
        yield* readPages(
          range.afterLogSeq,
          ({ logSeq }) => logSeq,
          (afterLogSeq) =>
            ask({
              way: 'read',
              signal,
              run: () => store.replayInbox(viewerId, { ...range, afterLogSeq }, pageEventsMax),
            }),
        );
      }
    },
  };
}

interface Call<Answer> {
  readonly process: Clock;
  readonly way: CallWay;
  readonly signal: AbortSignal | undefined;
  readonly run: () => Answer;
}

function callStore<Answer>(
  { clock: world, weather, pickLatencyMs }: Cluster,
  { process, way, signal, run }: Call<Answer>,
): Promise<Answer> {
  const fate = weather.pickCall(way);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const wayBackMs = () => pickLatencyMs() + (fate === 'reply slow' ? slowMs : 0);
  const answer = (settle: () => void) => void process.after(wayBackMs(), settle);
  const unavailable = () => reject(refuse(Status.UNAVAILABLE, fate));
  if (fate === 'request lost') answer(unavailable);
  else {
    world.after(fate === 'late' ? lateMs : pickLatencyMs(), () => {
      const result = attempt(run);
      if (fate === 'reply lost') answer(unavailable);
      else if ('error' in result) answer(() => reject(result.error));
      else answer(() => resolve(result.value));
    });
  }
  if (fate === 'late') process.after(deadlineMs, () => reject(refuse(Status.DEADLINE_EXCEEDED, fate)));
  if (signal !== undefined) rejectOnAbort(signal, { promise, reject });
  return promise;
}

function attempt<Answer>(run: () => Answer): { readonly value: Answer } | { readonly error: unknown } {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

function rejectOnAbort(
  signal: AbortSignal,
  { promise, reject }: { promise: Promise<unknown>; reject: (reason: unknown) => void },
): void {
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const forget = () => signal.removeEventListener('abort', abort);
  promise.then(forget, forget);
}

/** Page after page until an empty one. */
async function* readPages(
  first: number,
  numberOf: (event: ChatEvent) => number,
  readPage: (after: number) => Promise<ChatEvent[]>,
): AsyncGenerator<EventBatch> {
  for (let after = first; ; ) {
    const events = await readPage(after);
    const last = events.at(-1);
    if (last === undefined) return;
    yield { events };
    if (events.length < pageEventsMax) return;
    after = numberOf(last);
  }
}
