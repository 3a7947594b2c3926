/** The closed list of codes that reach clients in `extensions.code` of top-level errors. docs/errors.md explains each; a test ties the two. */
export const errorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'UNAUTHORIZED_FIELD_OR_TYPE',
  'RATE_LIMITED',
  'OVERLOADED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'COST_ESTIMATED_TOO_EXPENSIVE',
  'ANSWER_TOO_LARGE',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'PERSISTED_QUERY_NOT_IN_LIST',
  'QUERY_NOT_IN_SAFELIST',
  'STALE',
  'SERVICE_UNAVAILABLE',
  'UNKNOWN_OUTCOME',
  'SUBSCRIPTION_NOT_SUPPORTED_OVER_HTTP',
  'INTERNAL_SERVER_ERROR',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** The codes of result-union members: `code` of each type that implements MutationError. */
export const mutationErrorCodes = {
  ValidationFailed: 'VALIDATION_FAILED',
  HandleTaken: 'HANDLE_TAKEN',
  CodeInvalid: 'CODE_INVALID',
  CredentialsInvalid: 'CREDENTIALS_INVALID',
  TwoFactorRequired: 'TWO_FACTOR_REQUIRED',
  EmailNotVerified: 'EMAIL_NOT_VERIFIED',
  TooManyAttempts: 'TOO_MANY_ATTEMPTS',
  RefreshTokenInvalid: 'REFRESH_TOKEN_INVALID',
  SessionNotFound: 'SESSION_NOT_FOUND',
  NotAMember: 'NOT_A_MEMBER',
  PermissionDenied: 'PERMISSION_DENIED',
  UserNotFound: 'USER_NOT_FOUND',
  IdempotencyConflict: 'IDEMPOTENCY_CONFLICT',
} as const;

/** WebSocket close codes; whether a client should come back is in docs/errors.md. */
export const closeCodes = {
  badRequest: 4400,
  unauthenticated: 4401,
  tokenExpired: 4403,
  initTimeout: 4408,
  subscriberAlreadyExists: 4409,
  tooManyInits: 4429,
  restarting: 1012,
  overloaded: 1013,
} as const;
