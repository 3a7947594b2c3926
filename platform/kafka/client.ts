/**
 * The Kafka client of a process: kafkajs with our log, our timeouts and our repairs. Floor under SEND, PERSIST and LIVE.
 * Called by each composition root; everything else in platform/kafka is given the result.
 */
import type { LogEntry } from 'kafkajs';
import { Kafka, logLevel } from 'kafkajs';
import type { Logger } from '#platform/logger.ts';
import { repairKafkajs } from './kafkajs-repairs.ts';

const connectionTimeoutMs = 2_000;
/** Below the 5 s a caller waits, so that one lost reply still leaves time for a repeat. */
const requestTimeoutMs = 2_000;

/** For signatures outside platform/kafka, which must not import kafkajs. */
export type { Kafka } from 'kafkajs';

export interface KafkaOptions {
  readonly brokers: readonly string[];
  /** Names the process in the broker's log and quotas. */
  readonly clientId: string;
  readonly logger: Logger;
}

/** A kafkajs client; it connects to nothing by itself. Retries are short: every user of it has a loop and a deadline of its own. */
export function createKafka({ brokers, clientId, logger }: KafkaOptions): Kafka {
  repairKafkajs();
  return new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 },
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => writeLog(logger, entry),
  });
}

const partitionerAdvice = 'KafkaJS v2.0.0 switched default partitioner';

/** What kafkajs calls an error is mostly the first try of something that is repeated, so it is a warning here. */
function writeLog(logger: Logger, { namespace, level, log }: LogEntry): void {
  const { message, timestamp: _timestamp, stack: _stack, ...details } = log;
  if (message.startsWith(partitionerAdvice)) return;
  const line = { kafka: namespace, ...details };
  // Whoever made the request gets its error.
  const isRepeated = namespace === 'Connection' && message.startsWith('Response ');
  if (level <= logLevel.WARN && !isRepeated) logger.warn(line, message);
  else logger.debug(line, message);
}
