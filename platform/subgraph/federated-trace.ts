/**
 * Federated tracing, for whoever runs a subgraph behind a router that reports to GraphOS: on `apollo-federation-include-trace: ftv1` an answer says how long
 * each of its fields took. Called by answer.ts; a schema of its own is watched, so a request that does not ask pays nothing.
 */
import { Trace } from '@apollo/usage-reporting-protobuf';
import type { GraphQLError, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { defaultFieldResolver, isObjectType, responsePathAsArray } from 'graphql';
import type { FindOperation } from './operations.ts';
import { createFindOperation } from './operations.ts';

export interface Tracing {
  readonly find: FindOperation;
  /** The trace of the request that has this context, from now on. */
  start(context: object): FederatedTrace;
}

/** The schema is made when the first request asks. */
export function createTracing(createSchema: () => GraphQLSchema): Tracing {
  const traces = new WeakMap<object, FederatedTrace>();
  let find: FindOperation | null = null;
  return {
    find: (text, operationName) => {
      if (find === null) {
        const schema = createSchema();
        watchFields(schema, (context) => traces.get(context as object));
        find = createFindOperation(schema);
      }
      return find(text, operationName);
    },
    start: (context) => {
      const trace = new FederatedTrace();
      traces.set(context, trace);
      return trace;
    },
  };
}

/** The tree of one request's fields. */
class FederatedTrace {
  readonly #startedAt = new Date();
  readonly #startedNs = process.hrtime.bigint();
  readonly #root = new Trace.Node();
  readonly #nodes = new Map<string, Trace.Node>();

  /** Notes the start of a field; what it returns notes the end. */
  start({ path, returnType, parentType, fieldName }: GraphQLResolveInfo): () => void {
    const node = this.#nodeAt(responsePathAsArray(path));
    node.type = String(returnType);
    node.parentType = parentType.name;
    if (path.key !== fieldName) node.originalFieldName = fieldName;
    node.startTime = this.#elapsedNs();
    return () => {
      node.endTime = this.#elapsedNs();
    };
  }

  /** The trace as `extensions.ftv1` has it. Messages of errors stay here. */
  encode(errors: readonly GraphQLError[]): string {
    for (const { path, locations } of errors)
      this.#nodeAt(path ?? []).error.push(
        new Trace.Error({ message: '<masked>', location: [...(locations ?? [])] }),
      );
    const durationNs = this.#elapsedNs();
    const trace = new Trace({
      root: this.#root,
      startTime: toTimestamp(this.#startedAt.getTime()),
      endTime: toTimestamp(this.#startedAt.getTime() + durationNs / 1e6),
      durationNs,
      fieldExecutionWeight: 1,
    });
    return Buffer.from(Trace.encode(trace).finish()).toString('base64');
  }

  #nodeAt(path: readonly (string | number)[]): Trace.Node {
    if (path.length === 0) return this.#root;
    const name = path.join('.');
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const key = path.at(-1);
    const node = new Trace.Node();
    if (typeof key === 'number') node.index = key;
    else node.responseName = String(key);
    this.#nodes.set(name, node);
    this.#nodeAt(path.slice(0, -1)).child.push(node);
    return node;
  }

  #elapsedNs(): number {
    return Number(process.hrtime.bigint() - this.#startedNs);
  }
}

/** From now on each field of the schema is noted in the trace of its request. */
function watchFields(schema: GraphQLSchema, traceOf: (context: unknown) => FederatedTrace | undefined): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (...asked) => {
        const [, , context, info] = asked;
        const end = traceOf(context)?.start(info);
        const value: unknown = resolve(...asked);
        if (value instanceof Promise) void value.then(end, end);
        else end?.();
        return value;
      };
    }
  }
}

function toTimestamp(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: Math.round((ms - seconds * 1_000) * 1e6) };
}
