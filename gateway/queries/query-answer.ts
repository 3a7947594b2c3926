/** HISTORY and SEND: the result of a compiled operation -> what the client gets, in the form Apollo Server would have given it. Called by the HTTP front and the sockets. */
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { CachePolicy } from '../cache-policy.ts';
import type { FormatError } from '../subscriptions/execute-event.ts';
import type { LaterItem, ResultInParts } from './deferred/deferred-answer.ts';
import type { QueryResult } from './execution/prepared-operation.ts';

export interface QueryAnswer {
  /** What a subgraph or the operation asks for by `extensions.http`, 200 otherwise. */
  readonly status: number;
  readonly cacheControl: string;
  /** JSON, UTF-8. */
  readonly body: string | Buffer;
}

/** Refused variables are a request that could not be executed; everything else was. */
export function toQueryAnswer(
  result: QueryResult,
  { formatError, refusedStatus }: { readonly formatError: FormatError; readonly refusedStatus: number },
): QueryAnswer {
  if (result.kind === 'body')
    return { status: 200, cacheControl: toCacheControl(result.cachePolicy), body: result.body };
  const errors = result.errors.map((error) => format(error, formatError));
  const asked = result.errors.map(readStatus).findLast((status) => status !== undefined);
  if (result.kind === 'refused')
    return {
      status: asked ?? refusedStatus,
      cacheControl: notKept,
      body: `{"errors":${JSON.stringify(errors)}}`,
    };
  const told = errors.length === 0 ? '' : `"errors":${JSON.stringify(errors)},`;
  return {
    status: asked ?? 200,
    cacheControl: toCacheControl(result.cachePolicy),
    body: `{${told}"data":${result.data}}`,
  };
}

/** JSON. More parts follow. */
export function toFirstPart(
  { data, errors }: Pick<ResultInParts, 'data' | 'errors'>,
  formatError: FormatError,
): string {
  return `{"data":${data}${toErrorsField(errors, formatError)},"hasNext":true}`;
}

/** JSON. */
export function toLaterPart(
  { items, hasNext }: { readonly items: readonly LaterItem[]; readonly hasNext: boolean },
  formatError: FormatError,
): string {
  if (items.length === 0) return `{"hasNext":${hasNext}}`;
  const texts = items.map(({ data, path, label, errors }) => {
    const labelled = label === null ? '' : `,"label":${JSON.stringify(label)}`;
    return `{"data":${data},"path":${JSON.stringify(path)}${labelled}${toErrorsField(errors, formatError)}}`;
  });
  return `{"incremental":[${texts.join(',')}],"hasNext":${hasNext}}`;
}

function toErrorsField(errors: readonly GraphQLError[], formatError: FormatError): string {
  return errors.length === 0
    ? ''
    : `,"errors":${JSON.stringify(errors.map((error) => format(error, formatError)))}`;
}

const notKept = 'no-store';

function toCacheControl({ isPublic, maxAgeSeconds }: CachePolicy): string {
  return isPublic && maxAgeSeconds > 0 ? `max-age=${maxAgeSeconds}, public` : notKept;
}

function format(error: GraphQLError, formatError: FormatError): GraphQLFormattedError {
  const { http: _http, ...extensions } = error.extensions;
  return formatError(
    { ...error.toJSON(), extensions: { code: 'INTERNAL_SERVER_ERROR', ...extensions } },
    error,
  );
}

function readStatus({ extensions }: GraphQLError): number | undefined {
  const { http } = extensions;
  const status: unknown = typeof http === 'object' && http !== null ? Reflect.get(http, 'status') : undefined;
  return typeof status === 'number' ? status : undefined;
}
