/**
 * HISTORY: goes over JSON (RFC 8259) byte by byte without making anything of it. Called by the readers of answer-reader.ts. Stricter than JSON.parse: white space between
 * values and numbers in other forms than GraphQL servers write are not taken, so that what is passed over is what would have been written.
 */
import { closeBrace, closeBracket, colon, comma, openBrace, openBracket, quote } from './json-bytes.ts';

/** Nothing is deeper; what is, is read otherwise. */
const depthMax = 64;
/** Numbers of so many digits are the same number to everybody. */
const digitsMax = 15;
const int32Max = 2 ** 31;
const int32SafeDigits = 9;

const backslash = 0x5c;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const letterU = 0x75;

const nullText = Buffer.from('null');
const trueText = Buffer.from('true');
const falseText = Buffer.from('false');
/** What may stand behind a backslash: "\/bfnrt. */
const escapable: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));

/** Methods say whether it came next, and stand behind it then. */
export class JsonScanner {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  /** What has been gone over since. */
  textFrom(at: number): string {
    return this.bytes.toString('latin1', at, this.at);
  }

  /** This byte. */
  take(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at += 1;
    return true;
  }

  /** These bytes. */
  takeText(text: Uint8Array): boolean {
    const { bytes, at } = this;
    const { length } = text;
    if (at + length > bytes.length) return false;
    for (let index = 0; index < length; index += 1) if (bytes[at + index] !== text[index]) return false;
    this.at = at + length;
    return true;
  }

  takeNull(): boolean {
    return this.takeText(nullText);
  }

  takeBoolean(): boolean {
    return this.takeText(trueText) || this.takeText(falseText);
  }

  takeString(): boolean {
    const { bytes } = this;
    const { length } = bytes;
    let at = this.at + 1;
    if (at >= length || bytes[this.at] !== quote) return false;
    while (at < length) {
      const byte = bytes[at] as number;
      at += 1;
      if (byte === quote) {
        this.at = at;
        return true;
      }
      if (byte < 0x20) return false;
      if (byte === backslash) {
        const escapedLength = this.#measureEscaped(at);
        if (escapedLength === 0) return false;
        at += escapedLength;
      }
    }
    return false;
  }

  /** Of 32 bits. */
  takeInt(): boolean {
    const from = this.at;
    if (!this.takeInteger()) return false;
    return this.at - from <= int32SafeDigits || Math.abs(Number(this.textFrom(from))) < int32Max;
  }

  takeInteger(): boolean {
    this.take(minus);
    const from = this.at;
    const digits = this.#takeDigits();
    return digits === 1 || (digits > 1 && digits <= digitsMax && this.bytes[from] !== zero);
  }

  /** Without an exponent. */
  takeFloat(): boolean {
    const from = this.at;
    if (!this.takeInteger()) return false;
    if (this.take(point) && this.#takeDigits() === 0) return false;
    return this.at - from <= digitsMax;
  }

  /** A value of whatever kind. */
  takeValue(depth = 0): boolean {
    switch (this.bytes[this.at]) {
      case quote:
        return this.takeString();
      case openBrace:
        return this.#takeAll({ open: openBrace, close: closeBrace, hasKeys: true }, depth + 1);
      case openBracket:
        return this.#takeAll({ open: openBracket, close: closeBracket, hasKeys: false }, depth + 1);
      default:
        return this.takeNull() || this.takeBoolean() || this.takeFloat();
    }
  }

  #takeAll({ open, close, hasKeys }: Brackets, depth: number): boolean {
    if (depth > depthMax || !this.take(open)) return false;
    if (this.take(close)) return true;
    do {
      if (hasKeys && !(this.takeString() && this.take(colon))) return false;
      if (!this.takeValue(depth)) return false;
    } while (this.take(comma));
    return this.take(close);
  }

  #takeDigits(): number {
    const { bytes, at } = this;
    let end = at;
    while (end < bytes.length && (bytes[end] as number) >= zero && (bytes[end] as number) <= nine) end += 1;
    this.at = end;
    return end - at;
  }

  /** Bytes behind a backslash that belong to it; 0 when it is no escape. */
  #measureEscaped(at: number): number {
    const byte = this.bytes[at];
    if (byte === undefined) return 0;
    if (escapable.has(byte)) return 1;
    if (byte !== letterU) return 0;
    return /^[0-9a-fA-F]{4}$/.test(this.bytes.toString('latin1', at + 1, at + 5)) ? 5 : 0;
  }
}

interface Brackets {
  readonly open: number;
  readonly close: number;
  readonly hasKeys: boolean;
}
