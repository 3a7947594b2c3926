/**
 * LIVE 2/2: what subscriptions by HTTP have in common: the headers of their requests, answers that say why there is no stream, the shape of events, and how
 * an end is told. Used by upstream-event-source.ts and upstream-callback.ts.
 */
import type { GraphQLFormattedError } from 'graphql';
import type { Dispatcher } from 'undici';
import { internalKeyHeader } from '#platform/internal-key.ts';
import type { Logger } from '#platform/logger.ts';
import type { UpstreamResult } from './execute-event.ts';
import type { UpstreamTarget } from './upstream-copy.ts';

/** How an operation ended at its subgraph. */
export type Ending =
  | { readonly kind: 'complete' }
  | { readonly kind: 'error'; readonly errors: readonly GraphQLFormattedError[] }
  | { readonly kind: 'broken'; readonly cause: unknown };

const answerBytesMax = 256 * 1024;

/** The token goes as users send it; the key proves that it is us, as in data-source.ts. */
export function createRequestHeaders(internalKey: string, authorization: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    [internalKeyHeader]: internalKey,
    ...(authorization === '' ? {} : { authorization }),
  };
}

/** What an answer means that starts no stream. Without GraphQL errors it is not about the operation, and another copy may take it. */
export async function readRefusal({ statusCode, body }: Dispatcher.ResponseData): Promise<Ending> {
  const text = await readText(body);
  const errors = statusCode < 500 ? readErrors(text) : [];
  return errors.length > 0
    ? { kind: 'error', errors }
    : { kind: 'broken', cause: new Error(`the subgraph answered ${statusCode} without a stream`) };
}

/** A GraphQL result as subgraphs should send it; null when it is none. */
export function readResult(value: unknown): UpstreamResult | null {
  if (typeof value !== 'object' || value === null) return null;
  const { data, errors } = value as { readonly data?: unknown; readonly errors?: unknown };
  if (typeof data !== 'object' && (data !== undefined || pickErrors(errors).length === 0)) return null;
  return {
    ...(data === undefined ? {} : { data: data as Record<string, unknown> | null }),
    ...(errors == null ? {} : { errors: pickErrors(errors) }),
  };
}

/** The GraphQL errors in what should be a list of them. */
export function pickErrors(value: unknown): readonly GraphQLFormattedError[] {
  return Array.isArray(value) ? value.filter(isError) : [];
}

/** Tells the target. `log` is told why a copy gives nothing. */
export function tell(target: UpstreamTarget, ending: Ending, log: AbsenceLog): void {
  switch (ending.kind) {
    case 'complete':
      target.complete();
      return;
    case 'error':
      target.error(ending.errors);
      return;
    case 'broken':
      log.noteBroken(ending.cause);
      target.broken();
      return;
    default:
      ending satisfies never;
  }
}

/** Says in the log that a copy gives no streams, and once is enough for all that want one. */
export class AbsenceLog {
  readonly #copy: { readonly name: string; readonly url: string; readonly logger: Logger };
  #isSaid = false;

  constructor(copy: { readonly name: string; readonly url: string; readonly logger: Logger }) {
    this.#copy = copy;
  }

  noteBroken(cause: unknown): void {
    const { name, url, logger } = this.#copy;
    if (this.#isSaid) logger.debug({ err: cause, url }, 'an upstream failed');
    else logger.warn({ err: cause, subgraph: name, url }, 'an upstream stream ended');
    this.#isSaid = true;
  }

  noteOpened(): void {
    this.#isSaid = false;
  }
}

async function readText(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readErrors(text: string): readonly GraphQLFormattedError[] {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? pickErrors(Reflect.get(answer, 'errors')) : [];
  } catch {
    return [];
  }
}

function isError(value: unknown): value is GraphQLFormattedError {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'message') === 'string';
}
