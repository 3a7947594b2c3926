/** How conversation_event is cut into weeks. Used by event-partitions.ts and event-retention.ts. */

export const weekMs = 7 * 24 * 60 * 60 * 1000;

/** Name of the table that holds a week, counted from 1970-01-01. */
export function toPartitionName(week: number): string {
  return `conversation_event_week_${week}`;
}

/** For a transaction that locks the whole table: writes queue behind whoever waits for such a lock, so rather try again later. */
export const shortLocks = "SET LOCAL lock_timeout = '250ms'; SET LOCAL statement_timeout = '2s'";

/** Names the advisory lock of whoever makes or drops partitions: copies of the store do so one after the other. */
export const partitionsLockId = 7_303_015;
