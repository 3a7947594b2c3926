/**
 * LIVE 2/2: one client's subscription: where it runs, how far it has come, and what waits for a client that reads slowly. When its subgraph goes away it
 * goes on at another copy after the last event that has come, which the client does not notice. Made by engine.ts; its events come by delivery.ts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import { pickVariables } from '#platform/graphql-variables.ts';
import type { ErrorCode } from '#schema/errors.ts';
import type { Delivery, Receiver } from './delivery.ts';
import type { FormatError } from './execute-event.ts';
import type { SubscriptionPlan } from './generation.ts';
import type { Asker, JointExecution } from './joint-execution.ts';
import type { RunningOperation, Upstream } from './upstream.ts';
import type { UpstreamTarget } from './upstream-copy.ts';

/** Why events may be missing from now on, so that the client has to come back with its cursor. */
export type Interruption = 'upstream lost' | 'subgraph away' | 'too slow';

/** The client's end. Hears any number of results, then at most one of the others. */
export interface Sink {
  /** The JSON of a result, the same bytes for everybody who gets the same. */
  next(body: Buffer): void;
  complete(): void;
  error(errors: readonly GraphQLFormattedError[]): void;
  interrupted(reason: Interruption): void;
  /** So many more bytes wait for it, or fewer; false when that is too much. */
  hold(bytes: number): boolean;
  /** False while so much is unsent that results should wait; `resume` of the subscription says that it is over. */
  readonly isReady: boolean;
}

export interface SubscriptionOptions {
  readonly plan: SubscriptionPlan;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly asker: Asker;
  readonly execution: JointExecution;
  readonly upstream: Upstream<Subscription>;
  readonly sink: Sink;
  /** The field's events may be lost, so it can be opened anew without a cursor. */
  readonly isEphemeral: boolean;
  /** For what the subgraph says of the operation itself. */
  readonly formatError: FormatError;
  /** Told once, when nothing is heard of it any more. */
  readonly onEnd: (reason: EndReason) => void;
  /** Told when it goes on elsewhere. */
  readonly onHealed: () => void;
  /** Told each time when results begin to wait for the client. */
  readonly onSlowed: () => void;
  /** Told of bytes that wait for the client, or wait no more. */
  readonly onHeld: (bytes: number) => void;
}

export type EndReason = 'client' | 'complete' | 'error' | Interruption;

type Ending =
  | { readonly kind: 'complete' }
  | { readonly kind: 'error'; readonly errors: readonly GraphQLFormattedError[] };

/** A copy that restarts is back within this time; waiting for it is better than an error that clients take as final. */
const openDeadlineMs = 10_000;
const retryMs = 250;
/** Longer than any attempt to open one takes. */
const silentMs = 30_000;
/** Of many that lost the same copy. */
const healSpreadMs = 200;

export class Subscription implements Receiver, UpstreamTarget {
  readonly underWay: Delivery[] = [];
  readonly #options: SubscriptionOptions;
  #asker: Asker;
  #running: RunningOperation | null = null;
  #copy: number;
  #attempts = 0;
  #giveUpAt: number;
  #openedAt = 0;
  /** Of the last event that has come. */
  #cursor: string | null = null;
  /** Has anything come, by which something could be missed now? */
  #hasStarted = false;
  /** Is it the first event after a new beginning that is waited for? */
  #isHealing = false;
  #held: Buffer[] = [];
  #ending: Ending | null = null;
  #isOver = false;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#asker = options.asker;
    this.#copy = options.upstream.takeTurn();
    this.#giveUpAt = performance.now() + openDeadlineMs;
  }

  get asker(): Asker {
    return this.#asker;
  }

  get execution(): JointExecution {
    return this.#options.execution;
  }

  get plan(): SubscriptionPlan {
    return this.#options.plan;
  }

  /** Opens it at the copy whose turn it is. */
  open(): void {
    if (this.#isOver || this.#running !== null) return;
    const { plan, variables, upstream } = this.#options;
    const { primary, resume } = plan;
    const operation = {
      query: resume?.operation ?? primary.operation,
      variables:
        resume?.variables(variables, this.#cursor) ?? pickVariables(variables, primary.variableUsages ?? []),
      authorization: this.#asker.authorization,
    };
    this.#openedAt = performance.now();
    this.#running = upstream.subscribe(this.#copy, operation, this);
  }

  /** The client has left. */
  stop(): void {
    this.#end('client');
  }

  /** The sink takes results again. */
  resume(): void {
    const { sink } = this.#options;
    while (this.#held.length > 0 && sink.isReady && !this.#isOver) this.#give(this.#takeHeld());
    this.#finish();
  }

  /** Goes on with another token of the same viewer. */
  renew(asker: Asker): void {
    this.#asker = asker;
    // Where it is being opened anew, that is done with the newer token; what has ended stays so.
    if (this.#isOver || this.#running === null || this.#ending !== null || !this.#canGoOn) return;
    this.#running.stop();
    this.#running = null;
    this.open();
  }

  /** An event has come and is under way to `receive`. */
  noteEvent(cursor: string | null): void {
    this.#hasStarted = true;
    this.#attempts = 0;
    this.#cursor = cursor ?? this.#cursor;
    if (!this.#isHealing) return;
    this.#isHealing = false;
    this.#options.onHealed();
  }

  receive(body: Buffer): void {
    if (this.#isOver) return;
    if (this.#held.length === 0 && this.#options.sink.isReady) this.#give(body);
    else this.#hold(body);
    this.#finish();
  }

  miss(): void {
    this.#interrupt('subgraph away');
  }

  complete(): void {
    this.#ending = { kind: 'complete' };
    this.#finish();
  }

  error(errors: readonly GraphQLFormattedError[]): void {
    if (isUnavailable(errors)) {
      this.broken();
      return;
    }
    const { formatError } = this.#options;
    const formatted = errors.map(({ message, path, extensions }) => {
      const error = new GraphQLError(message, { path, extensions });
      return formatError(error.toJSON(), error);
    });
    this.#ending = { kind: 'error', errors: formatted };
    this.#finish();
  }

  broken(): void {
    this.#running = null;
    if (this.#isOver || this.#ending !== null) return;
    if (!this.#canGoOn) {
      this.#interrupt('upstream lost');
      return;
    }
    // One that has run in silence for so long was open.
    if (performance.now() - this.#openedAt > silentMs) this.#attempts = 0;
    if (this.#attempts === 0) this.#giveUpAt = performance.now() + openDeadlineMs;
    else if (performance.now() > this.#giveUpAt) {
      this.#interrupt('subgraph away');
      return;
    }
    void this.#retry();
  }

  get #canGoOn(): boolean {
    return !this.#hasStarted || this.#cursor !== null || this.#options.isEphemeral;
  }

  /** Copies are tried at once, rounds of all copies with a pause in between; who had started does not come with everybody else. */
  async #retry(): Promise<void> {
    this.#attempts += 1;
    this.#copy += 1;
    const isRoundOver = this.#attempts % this.#options.upstream.copies === 0;
    const spreadMs = this.#hasStarted && !this.#isHealing ? Math.random() * healSpreadMs : 0;
    this.#isHealing ||= this.#hasStarted;
    if (isRoundOver || spreadMs > 0) await delay(spreadMs + (isRoundOver ? retryMs : 0));
    this.open();
  }

  #hold(body: Buffer): void {
    if (this.#held.length === 0) this.#options.onSlowed();
    this.#held.push(body);
    if (!this.#noteHeld(body.length)) this.#interrupt('too slow');
  }

  #takeHeld(): Buffer {
    const body = this.#held.shift() as Buffer;
    this.#noteHeld(-body.length);
    return body;
  }

  #noteHeld(bytes: number): boolean {
    if (bytes !== 0) this.#options.onHeld(bytes);
    return this.#options.sink.hold(bytes);
  }

  #give(body: Buffer): void {
    this.#options.sink.next(body);
    this.#running?.noteTaken();
  }

  /** What has come before it goes first. */
  #finish(): void {
    const ending = this.#ending;
    if (ending === null || this.#isOver || this.underWay.length > 0 || this.#held.length > 0) return;
    const { sink } = this.#options;
    this.#end(ending.kind);
    if (ending.kind === 'complete') sink.complete();
    else sink.error(ending.errors);
  }

  #interrupt(reason: Interruption): void {
    if (this.#isOver) return;
    this.#end(reason);
    this.#options.sink.interrupted(reason);
  }

  #end(reason: EndReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#noteHeld(-this.#held.reduce((bytes, { length }) => bytes + length, 0));
    this.#held = [];
    this.#running?.stop();
    this.#running = null;
    this.#options.onEnd(reason);
  }
}

/** A copy that is not ready yet is as good as one that can't be reached. */
function isUnavailable([first]: readonly GraphQLFormattedError[]): boolean {
  return first?.extensions?.code === ('SERVICE_UNAVAILABLE' satisfies ErrorCode);
}
