/** Sends mail by SMTP. Called by notices.ts; made by auth.ts. */
import { createTransport } from 'nodemailer';
import type { MailText } from './texts.ts';

const connectTimeoutMs = 5_000;
const silenceTimeoutMs = 10_000;
const connectionsMax = 3;

export interface MailSender {
  /** Resolves when the mail server has taken the mail. */
  send(to: string, mail: MailText): Promise<void>;
  close(): void;
}

/** Connections are kept while there is something to send. */
export function createMailSender({ smtpUrl, mailFrom }: { smtpUrl: string; mailFrom: string }): MailSender {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: connectionsMax,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: silenceTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(to, { subject, text }) {
      // An address object is taken as it is: no list, no name, no group is read out of it.
      await transport.sendMail({ from: mailFrom, to: { name: '', address: to }, subject, text });
    },
    close: () => transport.close(),
  };
}
