/**
 * Batches of stored events on their way out: bytes as they were written, neither decoded nor encoded again. On the wire it is the
 * contract's EventBatch. Used by the replay files of this folder and by ../message-store-service.ts.
 */
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';

export interface RawEventBatch {
  /** Encoded ChatEvents. */
  readonly events: readonly Uint8Array[];
}

/** Field 1, length-delimited. */
const eventsTag = 0x0a;

/** Codec with the form that generated codecs have. */
export const RawEventBatch = {
  encode({ events }: RawEventBatch): BinaryWriter {
    const writer = new BinaryWriter();
    for (const event of events) writer.uint32(eventsTag).bytes(event);
    return writer;
  },
  decode(input: Uint8Array): RawEventBatch {
    const reader = new BinaryReader(input);
    const events: Uint8Array[] = [];
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === eventsTag) events.push(reader.bytes());
      else reader.skip(tag & 7);
    }
    return { events };
  },
};

export const pageEventsMax = 300;

/**
 * Pages until the end, each read when the one before has been taken, so that a slow reader holds neither memory nor a connection.
 * `readPage` gets the position after which to read and gives at most `pageEventsMax` rows in order.
 */
export async function* readPages<Row extends { readonly event: Buffer }>(
  positionOf: (row: Row) => number,
  from: { after: number; signal: AbortSignal },
  readPage: (after: number) => Promise<Row[]>,
): AsyncGenerator<RawEventBatch, void> {
  let { after } = from;
  while (!from.signal.aborted) {
    const rows = await readPage(after);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield { events: rows.map(({ event }) => event) };
    if (rows.length < pageEventsMax) return;
    after = positionOf(last);
  }
}
