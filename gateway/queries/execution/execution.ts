/** HISTORY and SEND: one operation while its plan runs: what has been fetched, what went wrong, who asks. Made by prepared-operation.ts, filled by the compiled fetches. */
import type { GraphQLError } from 'graphql';
import type { CachePolicy } from '../../cache-policy.ts';
import { notPublic, strictestPolicy } from '../../cache-policy.ts';
import type { GatewayContext } from '../../viewer.ts';
import type { EntityFetch, RootFetch } from '../planning/plan.ts';
import type { ConditionValues } from './conditions.ts';
import type { FetchReply } from './fetch-reply.ts';
import type { JsonObject } from './json-objects.ts';

type ExecutionOptions = Pick<Execution, 'context' | 'variables' | 'conditions'> &
  Partial<Pick<Execution, 'noteFetched'>>;

interface Asked {
  readonly request: string;
  readonly reply: Promise<FetchReply>;
}

export class Execution {
  /** Everything fetched, merged; more than the client asked for. */
  readonly data: JsonObject = {};
  readonly errors: GraphQLError[] = [];
  readonly context: GatewayContext;
  /** As the client sent them; subgraphs coerce for themselves. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly conditions: ConditionValues;
  /** Told of each fetch that something deferred depends on. */
  readonly noteFetched: (id: string) => void;
  readonly #policies: CachePolicy[] = [];
  readonly #asked = new Map<RootFetch | EntityFetch, Asked>();

  constructor(options: ExecutionOptions) {
    this.noteFetched = options.noteFetched ?? (() => undefined);
    this.context = options.context;
    this.variables = options.variables;
    this.conditions = options.conditions;
  }

  /** What a fetch has been answered to a request. Where an answer of bytes has been tried and given up, it has been asked already. */
  askOnce(
    fetch: RootFetch | EntityFetch,
    request: string,
    ask: () => Promise<FetchReply>,
  ): Promise<FetchReply> {
    const known = this.#asked.get(fetch);
    if (known?.request === request) return known.reply;
    const reply = ask();
    this.#asked.set(fetch, { request, reply });
    return reply;
  }

  notePolicy(policy: CachePolicy): void {
    this.#policies.push(policy);
  }

  /** Of everything that was fetched. What needed no subgraph is as the gateway knows it, and nobody is told to keep it. */
  get cachePolicy(): CachePolicy {
    return strictestPolicy(this.#policies.length === 0 ? [notPublic] : this.#policies);
  }
}
