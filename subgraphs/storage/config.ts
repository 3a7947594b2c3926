/** Settings of the storage process. Read once by main.ts. */
import type { z } from 'zod';
import {
  fields,
  kafkaFields,
  kafkaRules,
  readConfig,
  serviceFields,
  tokenFields,
  tokenRules,
} from '#platform/config.ts';

export const storageFields = {
  ...serviceFields,
  ...kafkaFields,
  ...tokenFields,
  port: fields.port(8082).describe('HTTP: GraphQL, health, metrics'),
  messageStoreAddress: fields.text('127.0.0.1:9090').describe('host:port of the message store'),
  bodyBytesMax: fields.limit(1024 * 1024).describe('longest request body'),
};

export type StorageConfig = z.infer<z.ZodObject<typeof storageFields>>;

/** Throws ConfigError. */
export function readStorageConfig(): StorageConfig {
  return readConfig(storageFields, (config) => [...kafkaRules(config), ...tokenRules(config)]);
}
