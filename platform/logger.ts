/** The structured log of a process: pino, JSON lines on standard output, secrets redacted. Every process makes one in platform/service.ts and passes it on. */
import { pino } from 'pino';

export type Logger = import('pino').Logger;

const secretPaths = [
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'code',
  'text',
  'internalKey',
];

/** The code of an error, like ECONNREFUSED, is none that was sent to somebody: it has a name of its own. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code: errorCode, ...serialized } = pino.stdSerializers.err(error);
  return { ...serialized, errorCode };
}

/** A logger that names its process on every line; `level` is one of pino's. */
export function createLogger(name: string, level: string): Logger {
  return pino({
    name,
    level,
    serializers: { err: serializeError },
    redact: { paths: secretPaths.flatMap((path) => [path, `*.${path}`]), censor: '[redacted]' },
  });
}
