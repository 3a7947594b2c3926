/**
 * LIVE 2/2: subscriptions at one copy of a subgraph that speaks Apollo's HTTP callback protocol: it is asked once for each, and from then on sends events,
 * and a check every few seconds, to callback-endpoint.ts. The answer to an event is held back while the client is behind, and the subgraph waits for it.
 * Made by upstream.ts.
 */
import type { GraphQLFormattedError } from 'graphql';
import { Pool } from 'undici';
import type {
  CallbackAddress,
  CallbackEndpoint,
  CallbackReceiver,
  NextMessage,
} from './callback-endpoint.ts';
import type { UpstreamResult } from './execute-event.ts';
import type {
  UpstreamCopy,
  UpstreamCopyOptions,
  UpstreamOperation,
  UpstreamTarget,
} from './upstream-copy.ts';
import { eventsUnderWayMax } from './upstream-copy.ts';
import type { Ending } from './upstream-request.ts';
import { AbsenceLog, createRequestHeaders, readRefusal, tell } from './upstream-request.ts';

const heartbeatIntervalMs = 5_000;
/** One check may get lost; when a second one is late, the subscription is given up and goes on elsewhere. */
const silenceMaxMs = 2 * heartbeatIntervalMs + 3_000;
/** In it, the subgraph also checks that it can call back. */
const openWaitMs = 5_000;
const connectTimeoutMs = 1_000;
const connectionsMax = 64;
/** Below the 5 s after which Node's servers end an idle connection. */
const idleMs = 4_000;
/** Answers held back, of a subgraph that does not wait for one before it sends the next. */
const heldMax = eventsUnderWayMax;

export class UpstreamCallback<Target extends UpstreamTarget> implements UpstreamCopy<Target> {
  /** Only for a moment each. */
  readonly connections = 0;
  readonly #options: UpstreamCopyOptions<Target>;
  readonly #endpoint: CallbackEndpoint;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #subscriptions = new Map<string, CallbackSubscription<Target>>();
  readonly #absence: AbsenceLog;

  constructor(options: UpstreamCopyOptions<Target>, endpoint: CallbackEndpoint) {
    const { origin, pathname, search } = new URL(options.url);
    this.#options = options;
    this.#absence = new AbsenceLog(options);
    this.#endpoint = endpoint;
    this.#path = `${pathname}${search}`;
    this.#pool = new Pool(origin, {
      connections: connectionsMax,
      connect: { timeout: connectTimeoutMs },
      keepAliveTimeout: idleMs,
    });
  }

  subscribe(operation: UpstreamOperation, target: Target): string {
    const subscription = new CallbackSubscription<Target>({
      target,
      onEvent: (result) => this.#options.onEvent([target], result, null),
      onEnd: (ending) => this.#end(address.subscriptionId, ending),
    });
    const address = this.#endpoint.register(subscription);
    this.#subscriptions.set(address.subscriptionId, subscription);
    void this.#ask(address, operation);
    return address.subscriptionId;
  }

  stop(id: string): void {
    this.#take(id);
  }

  noteTaken(id: string): void {
    this.#subscriptions.get(id)?.noteTaken();
  }

  dispose(): void {
    for (const [id, { target }] of [...this.#subscriptions]) {
      this.#take(id);
      target.broken();
    }
    void this.#pool.destroy();
  }

  async #ask(
    address: CallbackAddress,
    { query, variables, authorization }: UpstreamOperation,
  ): Promise<void> {
    const subscription = { ...address, heartbeatIntervalMs };
    try {
      const response = await this.#pool.request({
        method: 'POST',
        path: this.#path,
        headers: {
          ...createRequestHeaders(this.#options.internalKey, authorization),
          accept: 'application/json;callbackSpec=1.0',
        },
        body: JSON.stringify({ query, variables, extensions: { subscription } }),
        signal: AbortSignal.timeout(openWaitMs),
      });
      const ending = await readRefusal(response);
      // An answer that is good has no errors and no stream.
      if (ending.kind === 'error' || response.statusCode >= 300) this.#end(address.subscriptionId, ending);
      else this.#absence.noteOpened();
    } catch (cause) {
      this.#end(address.subscriptionId, { kind: 'broken', cause });
    }
  }

  #end(id: string, ending: Ending): void {
    const subscription = this.#take(id);
    if (subscription !== undefined) tell(subscription.target, ending, this.#absence);
  }

  #take(id: string): CallbackSubscription<Target> | undefined {
    const subscription = this.#subscriptions.get(id);
    this.#subscriptions.delete(id);
    this.#endpoint.unregister(id);
    subscription?.[Symbol.dispose]();
    return subscription;
  }
}

interface CallbackSubscriptionOptions<Target> {
  readonly target: Target;
  readonly onEvent: (result: UpstreamResult) => void;
  readonly onEnd: (ending: Ending) => void;
}

class CallbackSubscription<Target> implements CallbackReceiver, Disposable {
  readonly #options: CallbackSubscriptionOptions<Target>;
  readonly #held = new Set<(status: number) => void>();
  #underWay = 0;
  /** The event whose answer did not get through. */
  #unanswered: string | null = null;
  #silence: NodeJS.Timeout | undefined;

  constructor(options: CallbackSubscriptionOptions<Target>) {
    this.#options = options;
    this.#awaitSign();
  }

  get target(): Target {
    return this.#options.target;
  }

  check(): void {
    this.#awaitSign();
  }

  async next({ result, text, lost }: NextMessage): Promise<number> {
    this.#awaitSign();
    if (this.#held.size >= heldMax) return 503;
    // A subgraph that has got no answer sends the event again, and must not be believed twice.
    if (text !== this.#unanswered) {
      this.#underWay += 1;
      this.#options.onEvent(result);
    }
    this.#unanswered = lost.aborted ? text : null;
    lost.addEventListener('abort', () => {
      this.#unanswered = text;
    });
    return lost.aborted || this.#underWay < eventsUnderWayMax ? 204 : this.#hold(lost);
  }

  complete(errors: readonly GraphQLFormattedError[]): void {
    this.#options.onEnd(errors.length > 0 ? { kind: 'error', errors } : { kind: 'complete' });
  }

  noteTaken(): void {
    this.#underWay = Math.max(0, this.#underWay - 1);
    if (this.#underWay >= eventsUnderWayMax || this.#held.size === 0) return;
    this.#release(204);
    this.#awaitSign();
  }

  /** It is over: whoever waits for an answer is told so. */
  [Symbol.dispose](): void {
    this.#release(404);
    clearTimeout(this.#silence);
  }

  #hold(lost: AbortSignal): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#held.add(resolve);
    lost.addEventListener('abort', () => {
      if (!this.#held.delete(resolve)) return;
      resolve(204);
      this.#awaitSign();
    });
    this.#awaitSign();
    return promise;
  }

  #release(status: number): void {
    for (const resolve of this.#held) resolve(status);
    this.#held.clear();
  }

  /** A subgraph that waits for us is not expected to say anything. */
  #awaitSign(): void {
    clearTimeout(this.#silence);
    if (this.#held.size > 0) return;
    const ending: Ending = { kind: 'broken', cause: new Error('no check in time') };
    this.#silence = setTimeout(() => this.#options.onEnd(ending), silenceMaxMs);
  }
}
