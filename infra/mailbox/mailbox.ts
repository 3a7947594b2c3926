/** Composition root of the mailbox: one inbox, an SMTP server and an HTTP server in front of it. Called by main.ts. */
import { createHttpServer } from '#platform/http.ts';
import { createMetrics } from '#platform/metrics.ts';
import type { Service } from '#platform/service.ts';
import type { MailboxConfig } from './config.ts';
import { createInbox } from './inbox.ts';
import { createMailboxRoutes } from './routes.ts';
import { listenForMail } from './smtp.ts';

const messagesMax = 1_000;

/** Starts both servers and puts them on the service's stack; rejects when a port is taken. */
export async function startMailboxService(config: MailboxConfig, { logger, stack }: Service): Promise<void> {
  const inbox = createInbox(messagesMax);
  const { host, port, smtpPort } = config;
  stack.use(await listenForMail(inbox, { host, port: smtpPort, logger }));
  stack.use(
    await createHttpServer({
      host,
      port,
      routes: createMailboxRoutes(inbox),
      checks: [],
      metrics: createMetrics('mailbox'),
      logger,
    }),
  );
}
