/**
 * A record of chat.events -> what our writer put there, or why it can't be from it: whoever can write to Kafka can write anything. LIVE
 * and PERSIST read the topic through this.
 */
import { LogRecord } from './generated/events.ts';

/** What of a Kafka record counts. */
export interface KafkaLogRecord {
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

export type LogRecordReading =
  | { readonly kind: 'record'; readonly record: NonNullable<LogRecord['record']> }
  | { readonly kind: 'unusable'; readonly reason: string };

/** Never throws. The key is the conversation's id, and an event stands in the partition it is numbered in. */
export function readLogRecord({ partition, key, value }: KafkaLogRecord): LogRecordReading {
  if (value === null) return unusable('there is no value');
  const record = decode(value);
  if (record === undefined) return unusable('it is not a LogRecord');
  if (key?.toString('utf8') !== record.value.conversationId) {
    return unusable('the key is not the conversation id');
  }
  if (record.$case === 'outcome') return { kind: 'record', record };
  const { logSeq, eventSeq, partition: numberedIn } = record.value;
  if (numberedIn !== partition) return unusable('it is numbered in another partition');
  if (logSeq < 1 || eventSeq < 1) return unusable('it has no number');
  return { kind: 'record', record };
}

function decode(value: Buffer): LogRecord['record'] {
  try {
    return LogRecord.decode(value).record;
  } catch {
    return undefined;
  }
}

function unusable(reason: string): LogRecordReading {
  return { kind: 'unusable', reason };
}
