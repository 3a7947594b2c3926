/**
 * HISTORY and SEND: the queries and mutations of one supergraph that have been asked before, by their text. Asked by the HTTP front and by the sockets; filled by
 * Apollo Server's executor and by the warm-up, which come with a document that is valid.
 */
import type { GraphQLSchema } from 'graphql';
import { Kind } from 'graphql';
import { LRUCache } from 'lru-cache';
import type {
  AskedOperation,
  OperationText,
  QueryOperation,
  QueryOperationParts,
} from './query-operation.ts';
import { createQueryOperation } from './query-operation.ts';

export interface QueryOperations {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /** One that has been prepared. */
  find(asked: OperationText): QueryOperation | undefined;
  /** How many are kept. */
  count(): number;
  /** Texts of all that are kept. */
  texts(): readonly string[];
  /** `document` is its text, valid. It is kept once it has been prepared for somebody. */
  open(asked: AskedOperation): QueryOperation;
}

/** Of all texts that are kept. */
const textCharsMax = 16 * 1024 * 1024;

export function createQueryOperations(
  parts: QueryOperationParts & { readonly operationsMax: number },
): QueryOperations {
  const kept = new LRUCache<string, QueryOperation>({
    max: parts.operationsMax,
    maxSize: textCharsMax,
    sizeCalculation: (_operation, key) => key.length,
  });
  /** Being prepared, or refused before that. */
  const opened = new LRUCache<string, QueryOperation>({ max: parts.operationsMax });

  function open(asked: AskedOperation): QueryOperation {
    const key = toKey(asked);
    const known = kept.get(key) ?? opened.get(key);
    if (known !== undefined) return known;
    const operation = createQueryOperation(parts, asked);
    opened.set(key, operation);
    const keep = () => {
      for (const operationName of namesOf(asked))
        kept.set(toKey({ text: asked.text, operationName }), operation);
    };
    // One that can't be planned is not kept, and whoever asked is told.
    const forget = () => void opened.delete(key);
    operation.prepared.then(keep, () => undefined).finally(forget);
    return operation;
  }

  return {
    schema: parts.schema.api,
    find: (asked) => kept.get(toKey(asked)),
    count: () => kept.size,
    texts: () => [...new Set([...kept.keys()].map((key) => key.slice(key.indexOf('\0') + 1)))],
    open,
  };
}

/** The only operation of a document runs also when it is not named. */
function namesOf({ operationName, document }: AskedOperation): (string | null)[] {
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const [only] = operations;
  return operations.length > 1 || only?.name === undefined ? [operationName] : [only.name.value, null];
}

/** No text of a document has this in it. */
function toKey({ text, operationName }: OperationText): string {
  return operationName === null ? text : `${operationName}\0${text}`;
}
