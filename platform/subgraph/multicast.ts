/**
 * LIVE 1/2: one result for many operations of a gateway crosses the wire once. A gateway that asks for this subprotocol may get `ids` instead of `id` in
 * a `next` message of graphql-transport-ws, and `at`, when the event happened; nothing else differs. Used by websocket.ts here and by the gateway's subscriptions.
 */
import type { SerializedResult } from './shared-execution.ts';

/** Offered by gateways before graphql-transport-ws. */
export const multicastProtocol = 'graphql-transport-ws-multicast';

/** One operation of the gateway, as its frames know it. */
export interface Addressee {
  readonly id: string;
  /** The turn of its last result, 0 before the first, and where that stands among those of the turn. */
  frameTurn: number;
  frameIndex: number;
}

interface Frame {
  readonly result: SerializedResult;
  readonly ids: string[];
  readonly index: number;
}

/** Gathers the results of one turn of the event loop; each addressee gets its own in the order in which they were added. */
export class MulticastFrames {
  #turn = 1;
  #frames: Frame[] = [];
  /** The last frame of each result. */
  readonly #byResult = new Map<SerializedResult, Frame>();

  /** Returns how many characters of results came to those that are gathered; ids are few beside what is not shared. */
  add(addressee: Addressee, result: SerializedResult): number {
    const last = addressee.frameTurn === this.#turn ? addressee.frameIndex : -1;
    let frame = this.#byResult.get(result);
    let grown = 0;
    // A frame before one that the addressee is in already would overtake it.
    if (frame === undefined || frame.index <= last) {
      frame = { result, ids: [], index: this.#frames.length };
      this.#frames.push(frame);
      this.#byResult.set(result, frame);
      grown += result.text.length;
    }
    frame.ids.push(addressee.id);
    addressee.frameTurn = this.#turn;
    addressee.frameIndex = frame.index;
    return grown;
  }

  /** The messages of this turn. */
  take(): string[] {
    const frames = this.#frames;
    if (frames.length === 0) return [];
    this.#turn += 1;
    this.#frames = [];
    this.#byResult.clear();
    return frames.map(toMessage);
  }
}

function toMessage({ result, ids }: Frame): string {
  const { text, happenedAtMs } = result;
  const at = happenedAtMs === null ? '' : `"at":${happenedAtMs},`;
  return `{"type":"next","ids":${JSON.stringify(ids)},${at}"payload":${text}}`;
}
