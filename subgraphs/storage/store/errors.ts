/** What the store refuses, by type, and the gRPC status each becomes. Thrown by append/ and read/, told by platform/grpc/server.ts. */
import { DriverException } from '@mikro-orm/postgresql';
import { ServerError, Status } from 'nice-grpc';
import { DatabaseUnavailable, isUnavailable, TransactionConflict } from './db/statements.ts';

/** The caller is not the writer of this partition any more, or stands at another offset: it has to acquire the partition again. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}

/** The topic is not the one whose records this database has applied. */
export class LogReplaced extends Error {
  override readonly name = 'LogReplaced';
}

/** Not a member, or no such thing: the same answer. */
export class NotVisible extends Error {
  override readonly name = 'NotVisible';
}

/** Events after this position are not kept any more. Whoever reads the top again is told from where on they are. */
export class Expired extends Error {
  override readonly name = 'Expired';
}

/** The request contradicts the contract: a bug of the caller. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
}

/** What was read through the ORM and has another code, like the system's ECONNRESET, was not answered by Postgres. */
const sqlState = /^[0-9A-Z]{5}$/;

/** The status of an error that the store knows; null for others. */
export function toServerError(error: unknown): ServerError | null {
  if (error instanceof Fenced || error instanceof LogReplaced) {
    return new ServerError(Status.FAILED_PRECONDITION, error.message);
  }
  if (error instanceof NotVisible) return new ServerError(Status.NOT_FOUND, error.message);
  if (error instanceof Expired) return new ServerError(Status.OUT_OF_RANGE, error.message);
  if (error instanceof InvalidRequest) return new ServerError(Status.INVALID_ARGUMENT, error.message);
  if (error instanceof DatabaseUnavailable || error instanceof TransactionConflict) {
    return new ServerError(Status.UNAVAILABLE, error.message);
  }
  if (
    error instanceof DriverException &&
    (!sqlState.test(error.code ?? '') || isUnavailable(error.code ?? ''))
  ) {
    return new ServerError(Status.UNAVAILABLE, error.message);
  }
  return null;
}
