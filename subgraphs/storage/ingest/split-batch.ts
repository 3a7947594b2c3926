/** PERSIST 1/3: cuts what Kafka delivered into batches that one transaction takes. Called by partition-worker. */
import type { LogRecord } from '#platform/kafka/log-reader.ts';

/** Held for one transaction: large enough to share its cost, small enough to end within the statement timeout. */
const batchRecordsMax = 500;
const batchBytesMax = 1024 * 1024;

/** The records in their order, in batches within both limits; a record above the limit is a batch of its own. */
export function splitBatch(records: readonly LogRecord[]): LogRecord[][] {
  const batches: LogRecord[][] = [];
  let batch: LogRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const recordBytes = record.value?.length ?? 0;
    if (batch.length > 0 && (batch.length === batchRecordsMax || bytes + recordBytes > batchBytesMax)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += recordBytes;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
