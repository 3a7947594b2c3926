/** PERSIST 1/3: cuts from what Kafka delivered a batch that one transaction takes. Called by partition-worker. */
import type { LogRecord } from '#platform/kafka/log-reader.ts';

/** Held for one transaction: large enough to share its cost, small enough to end within the statement timeout. */
export const batchRecordsMax = 500;
export const batchGrowthRecords = 50;
const batchBytesMax = 1024 * 1024;

/** The first records, at most `recordsMax` and within the limit of bytes; a record above that is a batch of its own. */
export function takeBatch(records: readonly LogRecord[], recordsMax: number): readonly LogRecord[] {
  let bytes = 0;
  for (const [count, { value }] of records.entries()) {
    bytes += value?.length ?? 0;
    if (count === recordsMax || (count > 0 && bytes > batchBytesMax)) return records.slice(0, count);
  }
  return records;
}
