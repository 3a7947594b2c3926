/**
 * HISTORY and SEND on the way out: large answers of /graphql go compressed to clients that take it (RFC 9110, 12.5.3), in the thread pool, at the fastest levels.
 * Streams are never compressed here. Made by gateway.ts, called by what writes the answers of http.ts.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import { Counter } from 'prom-client';
import type { Registry } from '#platform/metrics.ts';
import type { GatewayConfig } from './config.ts';

export type Encoding = 'zstd' | 'br' | 'gzip';

export interface AnswerCompression {
  /** Ends the response with this body, whose status and other headers are set. Sets content-encoding, content-length and vary. */
  send(request: IncomingMessage, response: ServerResponse, body: string | Buffer): Promise<void> | void;
  /** Is it long enough? Then `Vary: Accept-Encoding` belongs to the answer, however it is sent. */
  isWorth(body: string | Buffer): boolean;
  /** For whoever writes its own head: of a body that is worth it. Null: it goes as it is. */
  compress(acceptEncoding: string | undefined, body: string | Buffer): Promise<CompressedBody> | null;
}

export interface CompressedBody {
  readonly encoding: Encoding;
  readonly bytes: Buffer;
}

/** Of equal ones the first is taken: at equal size zstd costs a third of what the others do. */
const compressors: Readonly<Record<Encoding, (body: string | Buffer) => Promise<Buffer>>> = {
  zstd: (body) => compressZstd(body, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  br: (body) => compressBrotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  gzip: (body) => compressGzip(body, { level: 1 }),
};
const encodings = Object.keys(compressors) as readonly Encoding[];
const compressZstd = promisify(zstdCompress);
const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);
/** Different Accept-Encoding headers that are remembered: clients have few. */
const knownMax = 256;

export function createAnswerCompression(
  config: Pick<GatewayConfig, 'compressionEnabled' | 'compressionBytesMin' | 'compressionsMax'>,
  registry: Registry,
): AnswerCompression {
  const {
    compressionEnabled: isEnabled,
    compressionBytesMin: bytesMin,
    compressionsMax: runningMax,
  } = config;
  const metrics = createCompressionMetrics([registry]);
  const known = new Map<string, Encoding | null>();
  let running = 0;

  function choose(acceptEncoding: string): Encoding | null {
    const chosen = known.get(acceptEncoding);
    if (chosen !== undefined) return chosen;
    if (known.size >= knownMax) known.clear();
    const encoding = chooseEncoding(acceptEncoding);
    known.set(acceptEncoding, encoding);
    return encoding;
  }

  async function run(encoding: Encoding, body: string | Buffer): Promise<CompressedBody> {
    running += 1;
    try {
      const bytes = await compressors[encoding](body);
      metrics.note(encoding, Buffer.byteLength(body) - bytes.length);
      return { encoding, bytes };
    } finally {
      running -= 1;
    }
  }

  function isWorth(body: string | Buffer): boolean {
    return isEnabled && body.length >= bytesMin;
  }

  function compress(
    acceptEncoding: string | undefined,
    body: string | Buffer,
  ): Promise<CompressedBody> | null {
    const encoding = acceptEncoding === undefined ? null : choose(acceptEncoding);
    if (encoding === null) return null;
    if (running < runningMax) return run(encoding, body);
    metrics.skip();
    return null;
  }

  return {
    isWorth,
    compress,
    send: (request, response, body) => {
      if (!isWorth(body) || isLeftAsItIs(response)) return void response.end(body);
      response.appendHeader('vary', 'Accept-Encoding');
      const { 'accept-encoding': accepted } = request.headers;
      const compressing = compress(Array.isArray(accepted) ? accepted.join() : accepted, body);
      if (compressing === null) return void response.end(body);
      return compressing.then(({ encoding, bytes }) => {
        response.setHeader('content-encoding', encoding);
        response.setHeader('content-length', bytes.length);
        response.end(bytes);
      });
    },
  };
}

/** What the client likes best of what we have; null when it wants none of it. */
export function chooseEncoding(acceptEncoding: string): Encoding | null {
  const qualities = new Map<string, number>();
  for (const item of acceptEncoding.toLowerCase().split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    qualities.set(name === 'x-gzip' ? 'gzip' : name, weight === undefined ? 1 : Number(weight) || 0);
  }
  const qualityOf = (name: string) => qualities.get(name) ?? qualities.get('*') ?? 0;
  const [best] = encodings.toSorted((one, other) => qualityOf(other) - qualityOf(one));
  // As it is goes without saying, unless it is given a quality.
  if (best === undefined || qualityOf(best) === 0) return null;
  return qualityOf(best) >= (qualities.get('identity') ?? 0) ? best : null;
}

function isLeftAsItIs(response: ServerResponse): boolean {
  return (
    response.hasHeader('content-encoding') ||
    /\bno-transform\b/i.test(String(response.getHeader('cache-control') ?? ''))
  );
}

interface CompressionMetrics {
  note(encoding: Encoding, savedBytes: number): void;
  skip(): void;
}

function createCompressionMetrics(registers: Registry[]): CompressionMetrics {
  const labelNames = ['encoding'];
  const answers = new Counter({
    name: 'gateway_compressed_answers_total',
    help: 'Answers that were sent compressed.',
    labelNames,
    registers,
  });
  const saved = new Counter({
    name: 'gateway_compression_saved_bytes_total',
    help: 'Bytes that did not have to be sent.',
    labelNames,
    registers,
  });
  const skipped = new Counter({
    name: 'gateway_compressions_skipped_total',
    help: 'Answers that were sent as they are because too many were being compressed.',
    registers,
  });
  return {
    note: (encoding, savedBytes) => {
      answers.inc({ encoding });
      saved.inc({ encoding }, Math.max(0, savedBytes));
    },
    skip: () => skipped.inc(),
  };
}
