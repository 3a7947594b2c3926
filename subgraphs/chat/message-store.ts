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

/** Whether the same call may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  return error instanceof ClientError && passing.has(error.code);
}

/**
 * FORBIDDEN, SERVICE_UNAVAILABLE or OVERLOADED for a failed read; any other error as it is, to be masked and
 * logged.
 */
export function toReadError(error: unknown): unknown {
  if (!(error instanceof ClientError)) return error;
  if (error.code === Status.NOT_FOUND) return notAMember();
  if (error.code === Status.RESOURCE_EXHAUSTED) return overloaded(1_000, error);
  return isPassing(error) ? serviceUnavailable(error) : error;
}

const passing: ReadonlySet<Status> = new Set([
  Status.UNAVAILABLE,
  Status.DEADLINE_EXCEEDED,
  Status.ABORTED,
  Status.RESOURCE_EXHAUSTED,
]);
