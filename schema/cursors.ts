/**
 * The opaque positions clients keep: EventCursor (one conversation) and InboxCursor (everything of the viewer). LIVE and HISTORY make and read them.
 * Form: base64url of a version byte and the fields; they carry the log's identity, so that one of a replaced log is recognised.
 */
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import type { ConversationId } from './ids.ts';
import { parseConversationId } from './ids.ts';

export interface EventPosition {
  readonly logEpoch: string;
  readonly conversationId: ConversationId;
  /** Number of the last event seen; 0 before the first. */
  readonly eventSeq: number;
}

export interface InboxPosition {
  readonly logEpoch: string;
  /** Partition -> logSeq of the last event seen there; a partition that is absent stands at 0. */
  readonly logSeqs: ReadonlyMap<number, number>;
}

const eventVersion = 1;
const inboxVersion = 2;
const cursorCharsMax = 1024;

/** Text of a position in one conversation. */
export function formatEventCursor(position: EventPosition): string {
  const writer = new BinaryWriter()
    .uint32(eventVersion)
    .string(position.logEpoch)
    .string(position.conversationId);
  return Buffer.from(writer.int64(position.eventSeq).finish()).toString('base64url');
}

/** The position, or null when the text is not an EventCursor of this version. */
export function parseEventCursor(text: string): EventPosition | null {
  return readCursor(text, eventVersion, (reader) => {
    const logEpoch = reader.string();
    const conversationId = parseConversationId(reader.string());
    const eventSeq = readCount(reader);
    return conversationId === null ? null : { logEpoch, conversationId, eventSeq };
  });
}

/** Text of a position in the viewer's inbox; partitions at 0 are left out. */
export function formatInboxCursor(position: InboxPosition): string {
  const writer = new BinaryWriter().uint32(inboxVersion).string(position.logEpoch);
  const seen = [...position.logSeqs].filter(([, logSeq]) => logSeq > 0).sort(([a], [b]) => a - b);
  writer.uint32(seen.length);
  for (const [partition, logSeq] of seen) writer.uint32(partition).int64(logSeq);
  return Buffer.from(writer.finish()).toString('base64url');
}

/** The position, or null when the text is not an InboxCursor of this version. */
export function parseInboxCursor(text: string): InboxPosition | null {
  return readCursor(text, inboxVersion, (reader) => {
    const logEpoch = reader.string();
    const logSeqs = new Map<number, number>();
    for (let left = reader.uint32(); left > 0; left -= 1) logSeqs.set(reader.uint32(), readCount(reader));
    return { logEpoch, logSeqs };
  });
}

function readCursor<T>(text: string, version: number, read: (reader: BinaryReader) => T | null): T | null {
  if (text.length === 0 || text.length > cursorCharsMax || !/^[\w-]+$/.test(text)) return null;
  try {
    const reader = new BinaryReader(Buffer.from(text, 'base64url'));
    if (reader.uint32() !== version) return null;
    const position = read(reader);
    return reader.pos === reader.len ? position : null;
  } catch {
    return null;
  }
}

/** A whole number from 0 that a double holds exactly; throws otherwise, which makes the cursor invalid. */
function readCount(reader: BinaryReader): number {
  const count = Number(reader.int64());
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError('not a count');
  return count;
}
