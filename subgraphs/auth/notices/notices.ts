/**
 * Tells people things by mail and text message, in the background and after the commit. Called by resolvers;
 * made by auth.ts.
 */
import type { BackgroundWork } from '../background-work.ts';
import { retry } from '../background-work.ts';
import type { MailSender } from './mail-sender.ts';
import type { SmsSender } from './sms/sms-sender.ts';
import { toCodeMail, toCodeSms, toExistingAccountMail } from './texts.ts';

interface CodeMail {
  readonly purpose: 'EMAIL' | 'PASSWORD_RESET';
  readonly to: string;
  readonly handle: string;
  readonly code: string;
}

export interface Notices {
  mailCode(mail: CodeMail): void;
  mailExistingAccount(mail: { readonly to: string; readonly handle: string }): void;
  textCode(sms: { readonly to: string; readonly code: string }): void;
}

export interface NoticesOptions {
  readonly background: BackgroundWork;
  readonly mail: MailSender;
  readonly sms: SmsSender;
  readonly codeTtlMs: number;
}

export function createNotices({ background, mail, sms, codeTtlMs }: NoticesOptions): Notices {
  const minutes = Math.max(1, Math.floor(codeTtlMs / 60_000));
  return {
    mailCode({ purpose, to, handle, code }) {
      const text = toCodeMail(purpose, code, { minutes, handle });
      background.run('mail a code', () => retry(() => mail.send(to, text)));
    },
    mailExistingAccount({ to, handle }) {
      background.run('mail a notice', () => retry(() => mail.send(to, toExistingAccountMail(handle))));
    },
    textCode({ to, code }) {
      background.run('text a code', () => retry(() => sms.send(to, toCodeSms(code, minutes))));
    },
  };
}
