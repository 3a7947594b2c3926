/** The mailbox's SMTP side: takes every mail, for every recipient, and puts it into the inbox. Opened by mailbox.ts. */
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { Logger } from '#platform/logger.ts';
import type { Inbox } from './inbox.ts';

const mailBytesMax = 1024 * 1024;

/** Listens; rejects when the port is taken. */
export async function listenForMail(
  inbox: Inbox,
  { host, port, logger }: { host: string; port: number; logger: Logger },
): Promise<AsyncDisposable> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: mailBytesMax,
    logger: false,
    onData: (stream, session, done) => {
      // A source that breaks off rejects as well; the sender is told either way.
      simpleParser(stream).then(
        (mail) => {
          const to = session.envelope.rcptTo.map((recipient) => recipient.address).join(', ');
          inbox.add({ channel: 'EMAIL', to, subject: mail.subject ?? '', text: (mail.text ?? '').trimEnd() });
          done();
        },
        (error: Error) => done(error),
      );
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  server.removeAllListeners('error');
  server.on('error', (error) => logger.warn({ err: error }, 'an SMTP client broke off'));
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}
