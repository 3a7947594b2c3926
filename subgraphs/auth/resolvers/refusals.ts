/** The domain failures that several mutations answer with. Pure; called by resolvers. */
import { createGraphQLError } from '#platform/graphql-errors.ts';
import type {
  CodeInvalid,
  CredentialsInvalid,
  HandleTaken,
  TooManyAttempts,
} from '#schema/generated/auth_resolvers.ts';

export const accepted = { accepted: true } as const;

/** `attemptsLeft` only where the asker may know that there is a code. */
export function codeInvalid(attemptsLeft: number | null = null): CodeInvalid & { __typename: 'CodeInvalid' } {
  const message = 'The code is wrong, used or expired.';
  return { __typename: 'CodeInvalid', code: 'CODE_INVALID', message, path: ['input', 'code'], attemptsLeft };
}

export function credentialsInvalid(
  message: string,
  path: string[] | null,
): CredentialsInvalid & { __typename: 'CredentialsInvalid' } {
  return { __typename: 'CredentialsInvalid', code: 'CREDENTIALS_INVALID', message, path };
}

export function handleTaken(): HandleTaken & { __typename: 'HandleTaken' } {
  const message = 'Another account has this handle.';
  return { __typename: 'HandleTaken', code: 'HANDLE_TAKEN', message, path: ['input', 'handle'] };
}

export function tooManyAttempts(retryAfterMs: number): TooManyAttempts & { __typename: 'TooManyAttempts' } {
  const message = 'Too many attempts; wait before the next.';
  return { __typename: 'TooManyAttempts', code: 'TOO_MANY_ATTEMPTS', message, path: null, retryAfterMs };
}

/** For mutations whose result has no TooManyAttempts. */
export function rateLimited(retryAfterMs: number): Error {
  return createGraphQLError('RATE_LIMITED', 'Too many attempts; wait before the next.', { retryAfterMs });
}
