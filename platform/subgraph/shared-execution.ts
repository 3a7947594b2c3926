/**
 * LIVE 1/2: an event is executed and serialized once for all streams that ask the same of it, however many they are. A resolver that reads the viewer
 * makes the result personal, and it is made again for each of them. Used by subscription.ts; calls graphql-js.
 */
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { execute } from 'graphql';
import type { SubgraphContext, Viewer } from '#schema/context.ts';
import type { PreparedOperation } from './prepared-operations.ts';

/** A result as it goes out. The same object for everybody it is shared by. */
export interface SerializedResult {
  readonly text: string;
  /** When what it tells of happened, in milliseconds since 1970, where the subgraph knows. */
  readonly happenedAtMs: number | null;
}

export interface Asking {
  readonly operation: PreparedOperation;
  readonly context: SubgraphContext;
}

export interface SharedExecution {
  /** The result for one stream's event. Streams that have got the same event object share it. */
  run(event: unknown, asking: Asking): SerializedResult | Promise<SerializedResult>;
}

interface Shared {
  readonly context: SharedContext;
  readonly result: SerializedResult | Promise<SerializedResult>;
}

/** The context of an execution whose result is meant for many. */
class SharedContext implements SubgraphContext {
  isPersonal = false;
  readonly #context: SubgraphContext;

  constructor(context: SubgraphContext) {
    this.#context = context;
  }

  get viewer(): Viewer | null {
    this.isPersonal = true;
    return this.#context.viewer;
  }

  get client(): SubgraphContext['client'] {
    this.isPersonal = true;
    return this.#context.client;
  }
}

export function createSharedExecution(options: {
  readonly schema: GraphQLSchema;
  /** Never throws. */
  readonly serialize: (result: ExecutionResult) => string;
  readonly readEventTime: (event: unknown) => number | null;
}): SharedExecution {
  const { schema, serialize, readEventTime } = options;
  const shared = new WeakMap<object, Map<string, Shared>>();

  function runWith(event: unknown, { operation, context }: Asking): Shared['result'] {
    const { document, operationName, variables } = operation;
    const result = execute({
      schema,
      document,
      operationName,
      rootValue: event,
      contextValue: context,
      variableValues: variables,
    });
    const toSerialized = (value: ExecutionResult): SerializedResult => ({
      text: serialize(value),
      happenedAtMs: readEventTime(event),
    });
    return result instanceof Promise ? result.then(toSerialized) : toSerialized(result);
  }

  return {
    run: (event, asking) => {
      if (typeof event !== 'object' || event === null) return runWith(event, asking);
      const ofEvent = shared.get(event) ?? new Map<string, Shared>();
      const { resultKey } = asking.operation;
      const known = ofEvent.get(resultKey);
      if (known !== undefined) {
        if (!(known.result instanceof Promise))
          return known.context.isPersonal ? runWith(event, asking) : known.result;
        // Whether it is personal is known at its end.
        return known.result.then((result) => (known.context.isPersonal ? runWith(event, asking) : result));
      }
      const context = new SharedContext(asking.context);
      const result = runWith(event, { ...asking, context });
      shared.set(event, ofEvent.set(resultKey, { context, result }));
      return result;
    },
  };
}
