/** HISTORY: text that grows, as bytes. Filled by spliced-response.ts with pieces of subgraphs' answers. */
import { answerTooLarge } from '../execution/answer-size.ts';

/** Below it a loop is faster than a call. */
const loopBytesMax = 128;

export class ByteText {
  #buffer: Buffer;
  #length = 0;
  readonly #bytesMax: number;

  /** Becomes longer than `bytesExpected` if need be; throws ANSWER_TOO_LARGE at `bytesMax`. */
  constructor(bytesExpected: number, bytesMax: number) {
    this.#buffer = Buffer.allocUnsafe(Math.min(bytesExpected, bytesMax));
    this.#bytesMax = bytesMax;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  addByte(byte: number): void {
    if (this.#length === this.#buffer.length) this.#grow(1);
    this.#buffer[this.#length] = byte;
    this.#length += 1;
  }

  /** From the one to before the other. */
  add(source: Buffer, from = 0, to = source.length): void {
    const count = to - from;
    if (this.#length + count > this.#buffer.length) this.#grow(count);
    const target = this.#buffer;
    const at = this.#length;
    if (count > loopBytesMax) source.copy(target, at, from, to);
    else for (let index = 0; index < count; index += 1) target[at + index] = source[from + index] as number;
    this.#length = at + count;
  }

  #grow(count: number): void {
    const bytes = this.#length + count;
    if (bytes > this.#bytesMax) throw answerTooLarge(this.#bytesMax);
    const larger = Buffer.allocUnsafe(Math.min(2 * bytes, this.#bytesMax));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
