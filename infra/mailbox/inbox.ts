/** What the mailbox has caught, newest last, bounded: the oldest message makes room. Filled by smtp.ts and http.ts, read by http.ts. */
import { randomUUID } from 'node:crypto';

export interface CaughtMessage {
  readonly id: string;
  readonly channel: 'EMAIL' | 'SMS';
  readonly to: string;
  /** Null for text messages. */
  readonly subject: string | null;
  readonly text: string;
  /** ISO 8601, when it was caught. */
  readonly sentAt: string;
}

export interface Inbox {
  readonly messages: readonly CaughtMessage[];
  add(message: Omit<CaughtMessage, 'id' | 'sentAt'>): CaughtMessage;
  clear(): void;
}

/** An empty inbox that keeps the last `messagesMax`. */
export function createInbox(messagesMax: number): Inbox {
  let messages: CaughtMessage[] = [];
  return {
    get messages() {
      return messages;
    },
    add: (message) => {
      const caught = { id: randomUUID(), ...message, sentAt: new Date().toISOString() };
      messages = [...messages.slice(-messagesMax + 1), caught];
      return caught;
    },
    clear: () => {
      messages = [];
    },
  };
}
