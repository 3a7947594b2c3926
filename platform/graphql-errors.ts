/** Top-level GraphQL errors with the closed list of codes, and the mask that keeps everything else from clients. Thrown by resolvers, the gateway and the subgraph floor. */
import { unwrapResolverError } from '@apollo/server/errors';
import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import type { ErrorCode } from '#schema/errors.ts';
import { errorCodes } from '#schema/errors.ts';
import type { Logger } from './logger.ts';

const known: ReadonlySet<string> = new Set(errorCodes);

/** An error of one of our codes; `retryAfterMs` for those that say when to come back. */
export function createGraphQLError(
  code: ErrorCode,
  message: string,
  options: { retryAfterMs?: number; cause?: unknown; path?: readonly string[] } = {},
): GraphQLError {
  const { retryAfterMs, cause, path } = options;
  return new GraphQLError(message, {
    extensions: {
      code,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(path === undefined ? {} : { inputPath: path }),
    },
    ...(cause instanceof Error ? { originalError: cause } : {}),
  });
}

/** The request carries no valid access token. */
export function unauthenticated(
  message = 'Sign in first: send `authorization: Bearer <access token>`, on a WebSocket in connection_init.',
): GraphQLError {
  return createGraphQLError('UNAUTHENTICATED', message);
}

/** An argument breaks a rule that has no place in a result union. */
export function badUserInput(message: string, path?: readonly string[]): GraphQLError {
  return createGraphQLError('BAD_USER_INPUT', message, path === undefined ? {} : { path });
}

/** A dependency does not answer; nothing was changed. */
export function serviceUnavailable(cause: unknown): GraphQLError {
  return createGraphQLError('SERVICE_UNAVAILABLE', 'A part of the system does not answer; try again.', {
    cause,
    retryAfterMs: 1_000,
  });
}

/** The command may or may not have been accepted. */
export function unknownOutcome(cause?: unknown): GraphQLError {
  return createGraphQLError(
    'UNKNOWN_OUTCOME',
    'The outcome is not known; repeat with the same identifiers.',
    { cause, retryAfterMs: 500 },
  );
}

/** Refused before anything was done, to keep up with what was accepted. */
export function overloaded(retryAfterMs: number, cause?: unknown): GraphQLError {
  return createGraphQLError('OVERLOADED', 'Too much is going on; try again.', { retryAfterMs, cause });
}

/** As it is, or around what was thrown, which the mask then hides. */
export function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('unexpected', {
    originalError: error instanceof Error ? error : new Error(String(error)),
  });
}

/** The `formatError` of every Apollo Server of ours: our codes pass without stack traces, anything else is logged and masked. */
export function createErrorMask(
  logger: Logger,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const code = formatted.extensions?.code;
    const original = unwrapResolverError(error);
    const ours = original instanceof GraphQLError || original === error;
    if (typeof code === 'string' && known.has(code) && code !== 'INTERNAL_SERVER_ERROR' && ours) {
      const { stacktrace: _stacktrace, ...extensions } = formatted.extensions ?? {};
      return { ...formatted, extensions };
    }
    logger.error({ err: original }, 'unexpected error while executing an operation');
    const { locations, path } = formatted;
    return {
      message: 'Internal server error',
      ...(locations === undefined ? {} : { locations }),
      ...(path === undefined ? {} : { path }),
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    };
  };
}
