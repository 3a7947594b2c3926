/** The mailbox's settings. It shows codes to whoever asks, so production is refused. Read by main.ts. */
import { fields, readConfig, serviceFields } from '#platform/config.ts';

const { nodeEnv, logLevel, host } = serviceFields;

export const mailboxFields = {
  nodeEnv,
  logLevel,
  host,
  port: fields.port(8025).describe('HTTP port: the page and /messages.json'),
  smtpPort: fields.port(1025).describe('SMTP port'),
};

export type MailboxConfig = ReturnType<typeof readMailboxConfig>;

/** The validated settings; throws ConfigError. */
export function readMailboxConfig(environment?: NodeJS.ProcessEnv) {
  return readConfig(
    mailboxFields,
    (config) =>
      config.nodeEnv === 'production' ? ['NODE_ENV: the development mailbox does not run in production'] : [],
    environment,
  );
}
