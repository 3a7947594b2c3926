/**
 * What our mails and text messages say. Pure; called by notices.ts. Nothing that a stranger typed goes in,
 * but a handle.
 */
import type { CodePurpose } from '../db/code-purpose.ts';

export interface MailText {
  readonly subject: string;
  readonly text: string;
}

const ignore = 'If this was not you, ignore this message: without the code nothing happens.';

/** The sentence that carries the code, in mails on its own line. */
function toCodeLine(code: string): string {
  return `Your MessageMe code is ${code}`;
}

/** The mail for a code; `minutes` is how long it works. */
export function toCodeMail(
  purpose: Exclude<CodePurpose, 'PHONE'>,
  code: string,
  { minutes, handle }: { minutes: number; handle: string },
): MailText {
  const subjects = {
    EMAIL: 'Confirm your e-mail address for MessageMe',
    PASSWORD_RESET: 'Reset your MessageMe password',
  };
  const reasons = {
    EMAIL: `It confirms this address for the new account @${handle}`,
    PASSWORD_RESET: `It sets a new password for your account @${handle}`,
  };
  const lines = [
    'Hello,',
    '',
    toCodeLine(code),
    '',
    `${reasons[purpose]} and works for ${minutes} minutes.`,
    ignore,
  ];
  return { subject: subjects[purpose], text: `${lines.join('\n')}\n` };
}

/** The mail to the owner of an address with which somebody tried to register. */
export function toExistingAccountMail(handle: string): MailText {
  const lines = [
    'Hello,',
    '',
    `somebody tried to register at MessageMe with this address, which already has an account: @${handle}.`,
    '',
    'If it was you, log in with it, or reset the password if you have forgotten it.',
    'If it was not you, ignore this message: nothing was changed.',
  ];
  return { subject: 'You already have a MessageMe account', text: `${lines.join('\n')}\n` };
}

export function toCodeSms(code: string, minutes: number): string {
  return `${toCodeLine(code)}. It works for ${minutes} minutes. Tell it to nobody.`;
}
