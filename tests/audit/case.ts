/** What a case is and what it finds on stage. Cases stand in cases/, audit.ts runs them. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { End, Payload, Result } from './clients/result.ts';
import { describeEnd, shorten } from './clients/result.ts';
import type { AuditSocket, Operation } from './clients/socket.ts';
import { openSocket } from './clients/socket.ts';
import type { Target, ViewerName } from './clients/target.ts';
import type { World } from './subgraphs/world.ts';
import { until } from './until.ts';

export interface AuditCase {
  /** `group/what-is-looked-at`, unique. */
  readonly name: string;
  /** What a gateway must do, in one sentence. */
  readonly rule: string;
  /** URL of the text that says so. */
  readonly source: string;
  /** It breaks something that others need: it runs alone, after all others. */
  readonly isAlone?: boolean;
  /** Resolves with what was seen when the rule holds; throws when it does not, NotApplicable when it can't be judged. */
  readonly run: (scene: Scene) => Promise<string>;
}

/** The gateway does not offer what the case is about, and no rule says it has to. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

/** The rule is broken; the message says what was seen. */
export class RuleBroken extends Error {
  override readonly name = 'RuleBroken';
}

export interface FollowOptions {
  /** Besides `$feed`. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** A socket of its own unless given. */
  readonly socket?: AuditSocket;
  readonly viewer?: ViewerName;
  /** That of the scene unless given. */
  readonly feed?: string;
}

/** The stage of one run of a case; what it opens is closed with it. */
export class Scene implements AsyncDisposable {
  readonly world: World;
  readonly target: Target;
  /** A name that no other case has, for feeds and in ids. */
  readonly feed: string = randomUUID();
  readonly #opened = new DisposableStack();

  constructor(world: World, target: Target) {
    this.world = world;
    this.target = target;
  }

  /** Is closed with the scene. */
  use<Thing extends Disposable>(thing: Thing): Thing {
    return this.#opened.use(thing);
  }

  /** An acknowledged socket of the viewer. */
  async connect(viewer: ViewerName = 'first'): Promise<AuditSocket> {
    const authorization = this.target.authorization[viewer];
    const socket = this.use(await openSocket(this.target, { authorization }));
    await socket.init({ authorization });
    return socket;
  }

  /** Open, but not yet initialised. */
  async openSocket(): Promise<AuditSocket> {
    const authorization = this.target.authorization.first;
    return this.use(await openSocket(this.target, { authorization }));
  }

  /** Runs a document to its end on a socket of its own: what is to be refused, queries and mutations. */
  async attempt(payload: Payload, socket?: AuditSocket): Promise<{ operation: Operation; end: End }> {
    const operation = (socket ?? (await this.connect())).start(payload);
    return { operation, end: await operation.ended() };
  }

  /** A running subscription: its source stream is open when it resolves. The document takes `$feed: String!`. */
  async follow(query: string, options: FollowOptions = {}): Promise<Operation> {
    const { variables = {}, feed = this.feed } = options;
    const { feeds } = this.world;
    const socket = options.socket ?? (await this.connect(options.viewer));
    const openedBefore = feeds.opened(feed);
    const operation = socket.start({ query, variables: { feed, ...variables } });
    await until('a source stream to be opened', () => hasStarted(), startWaitMs);
    if (operation.end !== null && operation.results.length === 0)
      throw new RuleBroken(`the operation did not start: ${describeEnd(operation.end)}`);
    return operation;

    function hasStarted(): boolean {
      return feeds.opened(feed) > openedBefore || operation.end !== null || operation.results.length > 0;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#opened.dispose();
  }
}

const startWaitMs = 8_000;

/** Throws unless the condition holds. */
export function expect(condition: boolean, seen: string): asserts condition {
  if (!condition) throw new RuleBroken(seen);
}

/** Throws unless the result has this data and no errors; returns it as text. */
export function expectData(result: Result, data: unknown): string {
  expect(result.errors === undefined, `errors ${shorten(result.errors, 300)}`);
  expect(
    isDeepStrictEqual(toPlain(result.data), toPlain(data)),
    `${shorten(result.data, 300)} instead of ${shorten(data, 300)}`,
  );
  return shorten(result.data);
}

/** Throws unless the operation was ended by errors, or answered with errors and without data, and by nothing else. */
export function expectRefusal(operation: Operation, end: End): string {
  const [first] = operation.results;
  const isAnswered =
    end.kind === 'complete' && operation.results.length === 1 && first?.errors !== undefined && !first.data;
  expect(end.kind === 'error' || isAnswered, `${describeEnd(end)} after ${shorten(operation.results)}`);
  return end.kind === 'error' ? describeEnd(end) : shorten(first);
}

function toPlain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
