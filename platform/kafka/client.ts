/**
 * The Kafka client of a process: kafkajs with our log, our timeouts and one repair. Floor under SEND, PERSIST and LIVE.
 * Called by each composition root; everything else in platform/kafka is given the result.
 */
import { createRequire } from 'node:module';
import type { LogEntry } from 'kafkajs';
import { Kafka, logLevel } from 'kafkajs';
import type { Logger } from '#platform/logger.ts';

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
  stopIdleTimerLoop();
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

interface RequestQueueInternals {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
}
type ScheduleCheck = (this: RequestQueueInternals) => void;

let timerLoopStopped = false;

/**
 * kafkajs 2.2.4 keeps a 1 ms timer running on every idle connection (tulios/kafkajs #1751): 3 % of a core for nothing.
 * The timer is only of use to a queue that holds requests or is throttled.
 */
function stopIdleTimerLoop(): void {
  if (timerLoopStopped) return;
  const require = createRequire(import.meta.url);
  const queue: {
    prototype: { scheduleCheckPendingRequests?: ScheduleCheck };
  } = require('kafkajs/src/network/requestQueue');
  const schedule = queue.prototype.scheduleCheckPendingRequests;
  if (schedule === undefined)
    throw new Error('kafkajs is not the version this process was written for (2.2.4)');
  queue.prototype.scheduleCheckPendingRequests = function scheduleWhenNeeded() {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
  timerLoopStopped = true;
}
