/** Why an operation has no document to run. Made by documents.ts; said by each transport in its way. */
import type { GraphQLError } from 'graphql';
import { createGraphQLError } from '#platform/graphql-errors.ts';

export interface DocumentRefusal {
  readonly kind: 'refused';
  readonly error: GraphQLError;
  /** Of an answer over HTTP. */
  readonly status: number;
}

/** As Apollo Server and Apollo Router answer; clients look for the code, or for the text of the first two. */
const refusals = {
  PERSISTED_QUERY_NOT_FOUND: { status: 200, message: 'PersistedQueryNotFound' },
  PERSISTED_QUERY_NOT_SUPPORTED: { status: 200, message: 'PersistedQueryNotSupported' },
  PERSISTED_QUERY_NOT_IN_LIST: { status: 404, message: 'No document of the list has this id.' },
  QUERY_NOT_IN_SAFELIST: { status: 403, message: 'Only the documents of a list run here.' },
  BAD_REQUEST: { status: 400, message: 'Send `query`, or name a document by `documentId` or a hash.' },
} as const;

export type RefusalCode = keyof typeof refusals;

/** Nothing was started. It says nothing of what was asked. */
export function refuseDocument(code: RefusalCode, message: string = refusals[code].message): DocumentRefusal {
  return { kind: 'refused', error: createGraphQLError(code, message), status: refusals[code].status };
}
