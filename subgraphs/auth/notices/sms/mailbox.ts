/** Text messages into the development mailbox, where people read them in a browser. */
import type { SmsSender } from './sms-sender.ts';
import { post } from './sms-sender.ts';

export function createMailboxSms({ mailboxUrl }: { readonly mailboxUrl: string }): SmsSender {
  const url = `${mailboxUrl.replace(/\/$/, '')}/sms`;
  return {
    send: (to, text) =>
      post(url, { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ to, text }) }),
  };
}
