/** HISTORY and SEND: one operation while its plan runs: what has been fetched, what went wrong, who asks. Made by prepared-operation.ts, filled by the compiled fetches. */
import type { GraphQLError } from 'graphql';
import type { CachePolicy } from '../../cache-policy.ts';
import { notPublic, strictestPolicy } from '../../cache-policy.ts';
import type { GatewayContext } from '../../viewer.ts';
import type { ConditionValues } from './conditions.ts';
import type { JsonObject } from './json-objects.ts';

type ExecutionOptions = Pick<Execution, 'context' | 'variables' | 'conditions'> &
  Partial<Pick<Execution, 'noteFetched'>>;

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

  constructor(options: ExecutionOptions) {
    this.noteFetched = options.noteFetched ?? (() => undefined);
    this.context = options.context;
    this.variables = options.variables;
    this.conditions = options.conditions;
  }

  notePolicy(policy: CachePolicy): void {
    this.#policies.push(policy);
  }

  /** Of everything that was fetched. What needed no subgraph is as the gateway knows it, and nobody is told to keep it. */
  get cachePolicy(): CachePolicy {
    return strictestPolicy(this.#policies.length === 0 ? [notPublic] : this.#policies);
  }
}
