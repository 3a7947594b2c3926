/** HISTORY asks the message store over gRPC; here its refusals become GraphQL's. The client is made in storage.ts. */
import { ClientError, Status } from 'nice-grpc';
import {
  badUserInput,
  createGraphQLError,
  overloaded,
  serviceUnavailable,
} from '#platform/graphql-errors.ts';
import type { CallLimits } from '#platform/grpc/client.ts';
import type { MessageStoreServiceClient } from '#schema/generated/message_store.ts';

export type MessageStore = MessageStoreServiceClient<CallLimits>;

const passing: ReadonlySet<Status> = new Set([Status.UNAVAILABLE, Status.DEADLINE_EXCEEDED, Status.ABORTED]);

/** The answer, or FORBIDDEN, BAD_USER_INPUT, SERVICE_UNAVAILABLE or OVERLOADED; other errors pass, to be logged and masked. */
export async function askStore<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof ClientError ? toGraphQLError(error) : error;
  }
}

function toGraphQLError(error: ClientError): Error {
  if (passing.has(error.code)) return serviceUnavailable(error);
  if (error.code === Status.RESOURCE_EXHAUSTED) return overloaded(1_000, error);
  if (error.code === Status.NOT_FOUND) {
    return createGraphQLError('FORBIDDEN', 'You are not a member, or there is no such conversation.');
  }
  if (error.code === Status.INVALID_ARGUMENT) return badUserInput(`Refused: ${error.details}.`);
  return error;
}
