/**
 * LIVE 2/2: the rest of the plan runs, and its result is serialized, once for all who get the same event, whoever they are, unless a subgraph's answer
 * was not public: then once for each viewer. Events that come in one turn run together, since a run of many costs little more than a run of one.
 * One per plan and variables that results depend on; made by engine.ts, called by delivery.ts, calls execute-event.ts.
 */
import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import { toGraphQLError } from '#platform/graphql-errors.ts';
import type { ErrorCode } from '#schema/errors.ts';
import type { EventExecution, EventResult, FormatError, UpstreamResult } from './execute-event.ts';
import { executeEventsWhole } from './execute-event.ts';

/** For whom something is executed. */
export interface Asker {
  readonly authorization: string;
  /** The same for all subscriptions of a viewer, unless HEADER_RULES passes other headers of them on. */
  readonly requester: string;
  /** Reaches the data sources. */
  readonly context: object;
}

export interface JointExecutionOptions extends Omit<EventExecution, 'context'> {
  readonly formatError: FormatError;
}

/** A result that can't be shared. */
export interface Personal {
  /** Whose it is. */
  readonly requester: string;
  /** Null when it has to be made anew for them too. */
  readonly body: Buffer | null;
}

/** The JSON of a result for everybody; or one that has to be made for each viewer; or a subgraph did not answer for too long. */
export type Outcome = Buffer | Personal | 'undeliverable';

interface Waiting {
  readonly event: UpstreamResult;
  readonly resolve: (outcome: Outcome) => void;
}

/** Events that are executed for the same asker. */
interface Line {
  readonly asker: Asker;
  readonly isShared: boolean;
  waiting: Waiting[];
}

const runsMax = 16;
const runEventsMax = 100;
/** A subgraph that restarts is back within this time. */
const patienceMs = 10_000;
/**
 * What passes. A copy whose clock is wrong refuses good tokens; of a token that really has ended the gateway knows by itself, and closes the socket. It
 * must not hold up those who only share the event.
 */
const passingForAll: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['SERVICE_UNAVAILABLE', 'OVERLOADED']);
const passingForOne: ReadonlySet<ErrorCode> = new Set<ErrorCode>([...passingForAll, 'UNAUTHENTICATED']);
/** So long it is not tried again whether results can be shared. */
const personalMs = 10_000;

export class JointExecution {
  readonly #options: JointExecutionOptions;
  /** By requester; those of everybody under null. */
  readonly #lines = new Map<string | null, Line>();
  #running = 0;
  #isDue = false;
  #personalUntil = 0;

  constructor(options: JointExecutionOptions) {
    this.#options = options;
  }

  /** For everybody who gets the event. */
  runShared(event: UpstreamResult, asker: Asker): Promise<Outcome> {
    if (performance.now() < this.#personalUntil)
      return Promise.resolve({ requester: asker.requester, body: null });
    return this.#enter(event, asker, null);
  }

  /** For this asker alone. */
  async runFor(event: UpstreamResult, asker: Asker): Promise<Buffer | 'undeliverable'> {
    const outcome = await this.#enter(event, asker, asker.requester);
    if (outcome === 'undeliverable' || Buffer.isBuffer(outcome)) return outcome;
    throw new Error("what was made for one viewer is nobody else's");
  }

  #enter(event: UpstreamResult, asker: Asker, key: string | null): Promise<Outcome> {
    return new Promise((resolve) => {
      const line = this.#lines.get(key) ?? { asker, isShared: key === null, waiting: [] };
      line.waiting.push({ event, resolve });
      this.#lines.set(key, line);
      this.#startSoon();
    });
  }

  /** Not at once: what one read of the upstream connection brings is run together. */
  #startSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#start();
    });
  }

  #start(): void {
    for (const [key, line] of this.#lines) {
      while (line.waiting.length > 0) {
        if (this.#running >= runsMax) return;
        const batch = line.waiting.splice(0, runEventsMax);
        this.#running += 1;
        void this.#run(line, batch).finally(() => {
          this.#running -= 1;
          this.#start();
        });
      }
      this.#lines.delete(key);
    }
  }

  async #run({ asker, isShared }: Line, batch: readonly Waiting[]): Promise<void> {
    const { formatError, ...execution } = this.#options;
    const events = batch.map(({ event }) => event);
    const patience = { forMs: patienceMs, passing: isShared ? passingForAll : passingForOne };
    const results = await executeEventsWhole(
      { ...execution, context: asker.context },
      events,
      patience,
    ).catch((error: unknown) =>
      events.map(() => ({ result: { data: null, errors: [toGraphQLError(error)] }, isPublic: false })),
    );
    for (const [index, { resolve }] of batch.entries()) {
      const { result, isPublic } = results[index] as EventResult;
      if (result === null) resolve('undeliverable');
      else if (isPublic || !isShared) resolve(serialize(result, formatError));
      else {
        // An error may be this viewer's only, and pass; it says nothing of the answers of better days.
        const isGood = result.errors === undefined;
        if (isGood) this.#personalUntil = performance.now() + personalMs;
        resolve({
          requester: asker.requester,
          body: isGood ? serialize(result, formatError) : null,
        });
      }
    }
  }
}

function serialize({ data = null, errors }: ExecutionResult, formatError: FormatError): Buffer {
  const formatted: FormattedExecutionResult =
    errors === undefined
      ? { data }
      : { data, errors: errors.map((error) => formatError(error.toJSON(), error)) };
  return Buffer.from(JSON.stringify(formatted));
}
