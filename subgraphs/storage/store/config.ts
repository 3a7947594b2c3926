/** Settings of the message store process. Read by main.ts. */
import { z } from 'zod';
import { fields, readConfig, serviceFields } from '#platform/config.ts';

export const storeFields = {
  ...serviceFields,
  grpcPort: fields.port(9090).describe('port of MessageStoreService and the health service'),
  storageDatabaseUrl: z
    .string({ error: 'is missing: postgres://user:password@host:port/message_storage' })
    .describe('database of conversations, messages and events'),
  storageConnectionsMax: fields
    .limit(24)
    .describe('connections to the database, a third of them for writing'),
  eventRetentionDays: fields
    .limit(30)
    .describe(
      'how long events are kept for cursors to resume from, up to a week longer since whole weeks are dropped; messages stay for ever',
    ),
};

export type StoreConfig = z.infer<z.ZodObject<typeof storeFields>>;

/** Throws ConfigError. */
export function readStoreConfig(): StoreConfig {
  return readConfig(storeFields);
}
