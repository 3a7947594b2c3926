/** What becomes of a command, and the ways to say no. Made by the decide-*.ts files, carried out by decide.ts. */

import { RejectionCode } from '#schema/generated/events.ts';
import type { ConversationState, EventBody, OutcomeResult } from './state.ts';

export type Decision =
  /** At least one; the first of a new conversation comes with its state. */
  | { readonly kind: 'events'; readonly bodies: readonly EventBody[]; readonly creates?: ConversationState }
  | { readonly kind: 'outcome'; readonly result: OutcomeResult };

/** These events happen. */
export function happens(...bodies: readonly EventBody[]): Decision {
  return { kind: 'events', bodies };
}

/** It is so already. */
export function unchanged(): Decision {
  return { kind: 'outcome', result: { $case: 'unchanged', value: {} } };
}

/** Also said of a conversation that does not exist. */
export function notAMember(): Decision {
  return rejected(RejectionCode.NOT_A_MEMBER, 'You are not a member of this conversation.');
}

/** The viewer's role, or the kind of conversation, does not allow it. */
export function permissionDenied(message: string): Decision {
  return rejected(RejectionCode.PERMISSION_DENIED, message);
}

/** `field` is the input field at fault. */
export function validationFailed(field: string, message: string): Decision {
  return rejected(RejectionCode.VALIDATION_FAILED, message, { field });
}

/** Another message has the key. */
export function idempotencyConflict(messageId: string): Decision {
  return rejected(
    RejectionCode.IDEMPOTENCY_CONFLICT,
    'Another text, reply or mentions were sent under this clientMessageId.',
    { messageId },
  );
}

function rejected(
  code: RejectionCode,
  message: string,
  detail: { field?: string; messageId?: string } = {},
): Decision {
  return { kind: 'outcome', result: { $case: 'rejected', value: { code, message, ...detail } } };
}
