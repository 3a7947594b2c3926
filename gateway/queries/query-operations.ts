/**
 * HISTORY and SEND: the queries and mutations of one supergraph that have been asked before, by their text: checked, planned and compiled once. Asked by the HTTP
 * front and by the sockets; filled by whoever meets a new one. Calls the planner and prepared-operation.ts.
 */
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { getOperationAST, Kind } from 'graphql';
import { LRUCache } from 'lru-cache';
import { readFragments } from './pass-through.ts';
import type { Plan } from './plan.ts';
import { toPlannedText } from './planned-text.ts';
import type { QueryPlanner } from './planner.ts';
import type { PreparedOperation } from './prepared-operation.ts';
import { prepareOperation } from './prepared-operation.ts';
import type { QuerySchema } from './query-schema.ts';
import type { QuerySource } from './query-source.ts';

export interface OperationText {
  readonly text: string;
  /** Null when the document has one operation. */
  readonly operationName: string | null;
}

export interface QueryOperations {
  /** One that has been prepared. */
  find(asked: OperationText): PreparedOperation | undefined;
  /** Texts of all that are kept. */
  texts(): readonly string[];
  /** Plans and compiles it when it is new; `document` is its text, valid. Rejects with PlanningError. */
  prepare(asked: OperationText & { readonly document: DocumentNode }): Promise<PreparedOperation>;
}

export interface QueryOperationsOptions {
  readonly schema: QuerySchema;
  readonly planner: QueryPlanner;
  readonly sourceOf: (subgraph: string) => QuerySource;
  readonly operationsMax: number;
}

/** Of all texts that are kept. */
const textCharsMax = 16 * 1024 * 1024;

export function createQueryOperations(options: QueryOperationsOptions): QueryOperations {
  const { schema, planner, sourceOf } = options;
  const prepared = new LRUCache<string, PreparedOperation>({
    max: options.operationsMax,
    maxSize: textCharsMax,
    sizeCalculation: (_operation, key) => key.length,
  });
  const underWay = new Map<string, Promise<PreparedOperation>>();

  async function prepare({ text, operationName, document }: Asked): Promise<PreparedOperation> {
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new Error('the document has no such operation');
    const plan = await planOf({ text, operationName, document }, operation);
    return prepareOperation({ schema, document, operationName, plan, sourceOf });
  }

  async function planOf(
    { text, operationName, document }: Asked,
    operation: OperationDefinitionNode,
  ): Promise<Plan> {
    const fragments = readFragments(document.definitions);
    const planned = toPlannedText(document, { operation, fragments, text });
    if (planned === null) return { node: null };
    return planner.plan({ text: planned, operationName, activeOverrides: new Set() });
  }

  return {
    find: (asked) => prepared.get(toKey(asked)),
    texts: () => [...new Set([...prepared.keys()].map((key) => key.slice(key.indexOf('\0') + 1)))],
    prepare: async (asked) => {
      const key = toKey(asked);
      const known = prepared.get(key) ?? underWay.get(key);
      if (known !== undefined) return known;
      const coming = prepare(asked).finally(() => underWay.delete(key));
      underWay.set(key, coming);
      const operation = await coming;
      for (const name of namesOf(asked))
        prepared.set(toKey({ text: asked.text, operationName: name }), operation);
      return operation;
    },
  };
}

type Asked = Parameters<QueryOperations['prepare']>[0];

/** The only operation of a document runs also when it is not named. */
function namesOf({ operationName, document }: Asked): (string | null)[] {
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const [only] = operations;
  return operations.length > 1 || only?.name === undefined ? [operationName] : [only.name.value, null];
}

/** No text of a document has this in it. */
function toKey({ text, operationName }: OperationText): string {
  return operationName === null ? text : `${operationName}\0${text}`;
}
