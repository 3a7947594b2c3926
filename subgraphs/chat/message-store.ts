/**
 * What chat asks of the message store and of the user directory over gRPC, and how their failures become
 * answers. Clients are made in chat.ts.
 */
import type { GraphQLError } from 'graphql';
import { ClientError, Status } from 'nice-grpc';
import { createGraphQLError, overloaded, serviceUnavailable } from '#platform/graphql-errors.ts';
import type { CallLimits } from '#platform/grpc/client.ts';
import type { MessageStoreServiceClient } from '#schema/generated/message_store.ts';
import type { UserDirectoryServiceClient } from '#schema/generated/user_directory.ts';

export type MessageStore = MessageStoreServiceClient<CallLimits>;
export type UserDirectory = UserDirectoryServiceClient<CallLimits>;

/** The viewer is not a member, or there is no such conversation: nobody is told which. */
export function notAMember(): GraphQLError {
  return createGraphQLError('FORBIDDEN', 'You are not a member, or there is no such conversation.');
}

/** The cursor is older than what retention has kept, or of another log. */
export function notKept(cause?: unknown): GraphQLError {
  const text = 'The events after this cursor are not kept any more; reload, then go on without `after`.';
  return createGraphQLError('STALE', text, { cause });
}

/** Whether the same call may succeed in a moment, or after the top was read anew: then a stream sees that its cursor has expired. */
export function isPassing(error: unknown): boolean {
  return error instanceof ClientError && passing.has(error.code);
}

/**
 * FORBIDDEN, STALE, SERVICE_UNAVAILABLE or OVERLOADED for a failed read; any other error as it is, to be masked and
 * logged.
 */
export function toReadError(error: unknown): unknown {
  if (!(error instanceof ClientError)) return error;
  if (error.code === Status.NOT_FOUND) return notAMember();
  if (error.code === Status.OUT_OF_RANGE) return notKept(error);
  if (error.code === Status.RESOURCE_EXHAUSTED) return overloaded(1_000, error);
  return isPassing(error) ? serviceUnavailable(error) : error;
}

const passing: ReadonlySet<Status> = new Set([
  Status.UNAVAILABLE,
  Status.DEADLINE_EXCEEDED,
  Status.ABORTED,
  Status.RESOURCE_EXHAUSTED,
  Status.OUT_OF_RANGE,
]);
