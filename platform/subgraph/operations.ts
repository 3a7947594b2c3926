/**
 * The operations that a subgraph has been asked, by their text: parsed, validated and compiled once each, since a gateway sends the same few again and
 * again. Called by answer.ts for requests; prepared-operations.ts reads its documents the same way.
 */
import type { DocumentNode, GraphQLSchema, ParseOptions } from 'graphql';
import {
  GraphQLError,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { badUserInput, createGraphQLError } from '#platform/graphql-errors.ts';
import type { ErrorCode } from '#schema/errors.ts';
import type { CacheControlOf } from './cache-hints.ts';
import { readCacheControl } from './cache-hints.ts';
import type { RunOperation } from './compiled-operation.ts';
import { compileOperation } from './compiled-operation.ts';

export interface KnownOperation {
  readonly run: RunOperation;
  readonly cacheControlOf: CacheControlOf;
}

/** What is wrong with an operation, or with its document. */
export type Refused = readonly GraphQLError[];

/** `operationName` is null for the only one. */
export type FindOperation = (text: string, operationName: string | null) => KnownOperation | Refused;

interface KnownDocument {
  readonly document: DocumentNode;
  /** By name; null is the only one of the document. */
  readonly operations: Map<string | null, KnownOperation>;
}

const documentsMax = 2_000;
/** Of all texts that are kept. What is made of one takes some twenty times as much. */
const textCharsMax = 4 * 1024 * 1024;

export function createFindOperation(schema: GraphQLSchema): FindOperation {
  const documents = new LRUCache<string, KnownDocument | Refused>({
    max: documentsMax,
    maxSize: textCharsMax,
    sizeCalculation: (_known, text) => text.length + 1,
  });

  function readKnown(text: string): KnownDocument | Refused {
    const document = readDocument(schema, text);
    return 'kind' in document ? { document, operations: new Map() } : document;
  }

  function read(document: DocumentNode, operationName: string | null): KnownOperation | Refused {
    const operation = getOperationAST(document, operationName);
    if (operation === null || operation === undefined)
      return [
        createGraphQLError(
          'OPERATION_RESOLUTION_FAILURE',
          operationName === null
            ? 'Must provide operation name if query contains multiple operations.'
            : `Unknown operation named "${operationName}".`,
        ),
      ];
    if (operation.operation === 'subscription')
      return [badUserInput('Subscriptions are served over WebSocket.')];
    return {
      run: compileOperation(schema, document, operation),
      cacheControlOf: readCacheControl(schema, document, operation),
    };
  }

  return (text, operationName) => {
    let known = documents.get(text);
    if (known === undefined) {
      known = readKnown(text);
      documents.set(text, known);
    }
    if (!('document' in known)) return known;
    const { document, operations } = known;
    const found = operations.get(operationName) ?? read(document, operationName);
    // Names that it has not are not kept: there is no end of them.
    if ('run' in found) operations.set(operationName, found);
    return found;
  };
}

/** The document, valid for the schema, or what is wrong with it. Introspection is refused; `_service` is none. */
export function readDocument(
  schema: GraphQLSchema,
  text: string,
  options: ParseOptions = {},
): DocumentNode | Refused {
  try {
    const document = parse(text, options);
    const problems = validate(schema, document, [...specifiedRules, NoSchemaIntrospectionCustomRule]);
    return problems.length === 0
      ? document
      : problems.map((problem) => withCode(problem, 'GRAPHQL_VALIDATION_FAILED'));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [withCode(error, 'GRAPHQL_PARSE_FAILED')];
  }
}

/** The same error with a code of ours. */
export function withCode(error: GraphQLError, code: ErrorCode): GraphQLError {
  const { message, nodes = null, source = null, positions = null, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { ...extensions, code } });
}
