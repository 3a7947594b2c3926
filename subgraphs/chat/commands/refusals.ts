/** SEND: the error members of the mutations' result unions. Called by the mutations. Pure. */

import { mutationErrorCodes } from '#schema/errors.ts';
import type {
  IdempotencyConflict,
  NotAMember,
  PermissionDenied,
  UserNotFound,
  ValidationFailed,
} from '#schema/generated/chat_resolvers.ts';
import type { CommandRejected } from '#schema/generated/events.ts';
import { RejectionCode } from '#schema/generated/events.ts';
import { InvalidInput } from './input-rules.ts';

type Named<Name extends string, Type> = Type & { readonly __typename: Name };

export function notAMemberResult(): Named<'NotAMember', NotAMember> {
  const message = 'You are not a member, or there is no such conversation.';
  return { __typename: 'NotAMember', code: mutationErrorCodes.NotAMember, message, path: ['conversationId'] };
}

export function userNotFound(field: string, userIds: string[]): Named<'UserNotFound', UserNotFound> {
  const message = 'Some of these people have no account.';
  return {
    __typename: 'UserNotFound',
    code: mutationErrorCodes.UserNotFound,
    message,
    path: [field],
    userIds,
  };
}

function validationFailed({ message, path }: InvalidInput): Named<'ValidationFailed', ValidationFailed> {
  return {
    __typename: 'ValidationFailed',
    code: mutationErrorCodes.ValidationFailed,
    message,
    path: [...path],
  };
}

/** Runs a mutation; a broken input rule in it becomes its answer. */
export async function refuseInvalidInput<Result>(
  work: () => Promise<Result>,
): Promise<Result | Named<'ValidationFailed', ValidationFailed>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InvalidInput) return validationFailed(error);
    throw error;
  }
}

type Refusal =
  | Named<'NotAMember', NotAMember>
  | Named<'PermissionDenied', PermissionDenied>
  | Named<'IdempotencyConflict', IdempotencyConflict>
  | Named<'ValidationFailed', ValidationFailed>;

/**
 * The store's refusal as the member of the union that says it. `allowed` are the union's members; another one
 * would mean that store and schema disagree, and throws.
 */
export function toRefusal<Name extends Refusal['__typename']>(
  rejection: CommandRejected,
  allowed: readonly Name[],
): Extract<Refusal, { __typename: Name }> {
  const refusal = describe(rejection);
  const isAllowed = (candidate: Refusal): candidate is Extract<Refusal, { __typename: Name }> =>
    (allowed as readonly string[]).includes(candidate.__typename);
  if (refusal === null || !isAllowed(refusal)) {
    throw new Error(`the store refused a command with code ${rejection.code}, which this mutation can't say`);
  }
  return refusal;
}

function describe({ code, message, messageId, field }: CommandRejected): Refusal | null {
  switch (code) {
    case RejectionCode.NOT_A_MEMBER:
      return notAMemberResult();
    case RejectionCode.PERMISSION_DENIED:
      return {
        __typename: 'PermissionDenied',
        code: mutationErrorCodes.PermissionDenied,
        message,
        path: null,
      };
    case RejectionCode.IDEMPOTENCY_CONFLICT: {
      const path = ['clientMessageId'];
      const conflict = {
        code: mutationErrorCodes.IdempotencyConflict,
        message,
        path,
        messageId: messageId ?? '',
      };
      return { __typename: 'IdempotencyConflict', ...conflict };
    }
    case RejectionCode.VALIDATION_FAILED: {
      const path = field === undefined ? null : [field];
      return { __typename: 'ValidationFailed', code: mutationErrorCodes.ValidationFailed, message, path };
    }
    default:
      return null;
  }
}
