/**
 * The settings of the chat process. Read once by main.ts; documented in docs/config.md from the descriptions
 * here.
 */
import {
  fields,
  kafkaFields,
  kafkaRules,
  readConfig,
  serviceFields,
  tokenFields,
  tokenRules,
} from '#platform/config.ts';

export const chatFields = {
  ...serviceFields,
  ...kafkaFields,
  ...tokenFields,
  port: fields.port(8080).describe('HTTP and WebSocket port'),
  messageStoreAddress: fields.text('127.0.0.1:9090').describe('gRPC address of the message store, host:port'),
  userDirectoryAddress: fields
    .text('127.0.0.1:9091')
    .describe("gRPC address of auth's user directory, host:port"),
  bodyBytesMax: fields.limit(256 * 1024).describe('longest HTTP body'),
  frameBytesMax: fields
    .limit(1024 * 1024)
    .describe('longest WebSocket frame of a gateway, which carries a whole operation and its token'),
  heartbeatMs: fields.limit(12_000).describe('time between pings on a socket'),
  outcomeDeadlineMs: fields
    .limit(4_500)
    .describe('how long a mutation waits for its outcome before UNKNOWN_OUTCOME'),
  outcomeWaitersMax: fields
    .limit(10_000)
    .describe('mutations that may wait at once; more are answered OVERLOADED'),
  producerQueueRecordsMax: fields
    .limit(10_000)
    .describe('records of one partition that may wait for Kafka; more are answered OVERLOADED'),
  producerQueueBytesMax: fields.limit(16 * 1024 * 1024).describe('the same in bytes'),
  streamsMax: fields.limit(50_000).describe('live streams of one process; more are answered OVERLOADED'),
  streamBufferEventsMax: fields
    .limit(256)
    .describe('events that wait for a slow stream before it reads from the store'),
  streamBufferBytesMax: fields.limit(1024 * 1024).describe('the same in bytes'),
  streamRetryMs: fields
    .limit(10_000)
    .describe('how long a stream tries to read from a store that does not answer'),
};

export type ChatConfig = ReturnType<typeof readChatConfig>;

/** Throws ConfigError. */
export function readChatConfig(environment?: NodeJS.ProcessEnv) {
  return readConfig(chatFields, (config) => [...kafkaRules(config), ...tokenRules(config)], environment);
}
