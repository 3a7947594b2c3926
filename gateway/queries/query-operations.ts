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
  /** `document` is its text, valid. Once it has been prepared for somebody it can be found, and is kept from then on. */
  open(asked: AskedOperation): QueryOperation;
}

/** Of all texts that are kept. */
const textCharsMax = 16 * 1024 * 1024;

export function createQueryOperations(
  parts: QueryOperationParts & { readonly operationsMax: number },
): QueryOperations {
  const bounds = { max: parts.operationsMax, maxSize: textCharsMax };
  const kept = new LRUCache<string, QueryOperation>({
    ...bounds,
    sizeCalculation: (_operation, key) => key.length,
  });
  /** Asked once so far. What nobody asks again pushes out nothing that is in use. */
  const opened = new LRUCache<string, OpenedOperation>({
    ...bounds,
    sizeCalculation: (_opened, key) => key.length,
  });

  function open(asked: AskedOperation): QueryOperation {
    const key = toKey(asked);
    const known = kept.get(key) ?? opened.get(key)?.operation;
    if (known !== undefined) return known;
    const operation = createQueryOperation(parts, asked);
    const one: OpenedOperation = { operation, names: namesOf(asked), isPrepared: false };
    for (const operationName of one.names) opened.set(toKey({ ...asked, operationName }), one);
    const note = () => {
      one.isPrepared = true;
    };
    // One that can't be planned is looked at anew, and whoever asks is told.
    operation.prepared.then(note, () => forget(asked.text, one));
    return operation;
  }

  function forget(text: string, { names }: OpenedOperation): void {
    for (const operationName of names) opened.delete(toKey({ text, operationName }));
  }

  function find(asked: OperationText): QueryOperation | undefined {
    const key = toKey(asked);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const one = opened.get(key);
    if (one === undefined || !one.isPrepared) return undefined;
    forget(asked.text, one);
    for (const operationName of one.names) kept.set(toKey({ ...asked, operationName }), one.operation);
    return one.operation;
  }

  return {
    schema: parts.schema.api,
    find,
    count: () => kept.size,
    texts: () => [...new Set([...kept.keys()].map((key) => key.slice(key.indexOf('\0') + 1)))],
    open,
  };
}

interface OpenedOperation {
  readonly operation: QueryOperation;
  readonly names: readonly (string | null)[];
  isPrepared: boolean;
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
