/**
 * Which text an operation runs: the one that was sent, the one of an id that the operator has listed (trusted-documents.ts), or the one of a hash that a
 * client has sent before (automatic-documents.ts). Every transport asks here first, once for each operation, with what the client has sent.
 *
 * Clients name a document by `documentId` (GraphQL over HTTP, appendix A) or by Apollo's `extensions.persistedQuery`; both mean the same here.
 */
import { isObject } from '#platform/is-object.ts';
import type { AutomaticDocuments } from './automatic-documents.ts';
import type { DocumentMetrics } from './document-metrics.ts';
import type { DocumentRefusal, RefusalCode } from './document-refusal.ts';
import { refuseDocument } from './document-refusal.ts';
import { hashDocument } from './manifest.ts';
import type { TrustedDocuments } from './trusted-documents.ts';

/** The part of a request that says which document it means; of any types, as it came. */
export interface DocumentRequest {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

export type DocumentOutcome = { readonly kind: 'text'; readonly query: string } | DocumentRefusal;

export interface Documents {
  /** Costs a look at three properties when a text was sent without an id and all may run; no hash is made unless both were sent. */
  resolve(request: DocumentRequest): DocumentOutcome;
}

export interface DocumentsOptions {
  readonly trusted: TrustedDocuments;
  /** Null when clients can't register texts. */
  readonly automatic: AutomaticDocuments | null;
  /** Nothing else runs; nothing is registered then. */
  readonly isTrustedOnly: boolean;
  /** Of a text: comments and blanks cost memory too, and are no tokens. */
  readonly charsMax: number;
  readonly metrics: DocumentMetrics;
}

const hashPrefix = 'sha256:';

export function createDocuments(options: DocumentsOptions): Documents {
  const { trusted, isTrustedOnly, metrics } = options;
  const automatic = isTrustedOnly ? null : options.automatic;

  function refuse(code: RefusalCode, message?: string): DocumentRefusal {
    metrics.refused(code);
    return refuseDocument(code, message);
  }

  function resolveId(id: string): DocumentOutcome {
    const listed = findTrusted(trusted, id);
    if (listed !== undefined) {
      metrics.trusted();
      return { kind: 'text', query: listed };
    }
    if (isTrustedOnly) return refuse('PERSISTED_QUERY_NOT_IN_LIST');
    const kept = automatic?.find(withoutPrefix(id));
    if (kept !== undefined) {
      metrics.hit();
      return { kind: 'text', query: kept };
    }
    // Clients that are told this send no hash ever again.
    if (automatic === null && trusted.all().length === 0) return refuse('PERSISTED_QUERY_NOT_SUPPORTED');
    // Part of the protocol: the text comes next.
    metrics.miss();
    return refuseDocument('PERSISTED_QUERY_NOT_FOUND');
  }

  function resolveText(query: string): DocumentOutcome {
    if (isTrustedOnly && !trusted.has(query)) return refuse('QUERY_NOT_IN_SAFELIST');
    return { kind: 'text', query };
  }

  /** Sent together they have to agree, whoever may be meant by the id. */
  function resolveBoth(query: string, id: string): DocumentOutcome {
    const outcome = resolveText(query);
    const listed = findTrusted(trusted, id);
    if (outcome.kind === 'refused' || listed === query) return outcome;
    const hash = withoutPrefix(id);
    if (automatic?.find(hash) === query) return outcome;
    if (listed !== undefined || hash !== hashDocument(query))
      return refuse('BAD_REQUEST', 'provided sha does not match query');
    if (automatic !== null) {
      automatic.keep(hash, query);
      metrics.registered();
    }
    return outcome;
  }

  return {
    resolve: (request) => {
      const id = readId(request);
      if (id === undefined) return refuse('BAD_REQUEST', 'The name of the document can not be used.');
      const { query } = request;
      if (typeof query === 'string' && query.length > options.charsMax)
        return refuse('BAD_REQUEST', `A document may have ${options.charsMax} characters.`);
      if (typeof query !== 'string' && query !== undefined && query !== null) return refuse('BAD_REQUEST');
      if (id === null) return typeof query === 'string' ? resolveText(query) : refuse('BAD_REQUEST');
      // graphql-ws clients send an empty text beside an id.
      return query ? resolveBoth(query, id) : resolveId(id);
    },
  };
}

/** Null when there is none, undefined for one that can't be used. */
function readId({ documentId, extensions }: DocumentRequest): string | null | undefined {
  if (documentId !== undefined && documentId !== null)
    return typeof documentId === 'string' ? documentId : undefined;
  if (!isObject(extensions)) return null;
  const { persistedQuery } = extensions;
  if (persistedQuery === undefined || persistedQuery === null) return null;
  if (!isObject(persistedQuery) || persistedQuery.version !== 1) return undefined;
  const { sha256Hash } = persistedQuery;
  return typeof sha256Hash === 'string' ? sha256Hash : undefined;
}

function findTrusted(trusted: TrustedDocuments, id: string): string | undefined {
  return trusted.find(id) ?? (id.startsWith(hashPrefix) ? trusted.find(withoutPrefix(id)) : undefined);
}

function withoutPrefix(id: string): string {
  return id.startsWith(hashPrefix) ? id.slice(hashPrefix.length) : id;
}
