/**
 * The life of a process: read config, start, run until SIGTERM or SIGINT, stop in reverse order within a deadline, exit.
 * Called by every main.ts; the only place that ends the process.
 */
import { ConfigError } from './config.ts';
import { armFailPoint } from './fail-points.ts';
import type { Logger } from './logger.ts';
import { createLogger } from './logger.ts';

const stopDeadlineMs = 25_000;

/** What a composition root gets: where to log, when to stop, and the stack on which it puts everything it opens. */
export interface Service {
  readonly logger: Logger;
  /** Aborted when the process is asked to stop, before anything is disposed. */
  readonly signal: AbortSignal;
  /** Disposed in reverse order at the end. */
  readonly stack: AsyncDisposableStack;
}

/** What every process's configuration has. */
interface ServiceConfig {
  readonly logLevel: string;
  readonly faultAt?: string | undefined;
}

/** Runs `start` and keeps the process up until a signal, or until something it opened fails beyond repair. */
export async function runService<Config extends ServiceConfig>(
  name: string,
  readProcessConfig: () => Config,
  start: (config: Config, service: Service) => Promise<void>,
): Promise<void> {
  const config = readOrExit(name, readProcessConfig);
  const logger = createLogger(name, config.logLevel);
  if (config.faultAt !== undefined) {
    logger.warn({ faultAt: config.faultAt }, 'this process is armed to fail');
    armFailPoint(config.faultAt);
  }
  const stopping = new AbortController();
  const stack = new AsyncDisposableStack();
  const failed = Promise.withResolvers<never>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort(signal));
  const fail = (error: unknown) => {
    // While stopping nobody waits for `failed` any more, but it has to be heard of.
    if (stopping.signal.aborted) logger.error({ err: error }, 'failed while stopping');
    failed.reject(error);
  };
  process.on('unhandledRejection', fail);
  process.on('uncaughtException', fail);
  let exitCode = 0;
  try {
    const starting = start(config, { logger, signal: stopping.signal, stack });
    await Promise.race([starting, failed.promise, aborted(stopping.signal)]);
    if (!stopping.signal.aborted) logger.info('started');
    await Promise.race([aborted(stopping.signal), failed.promise]);
  } catch (error) {
    if (stopping.signal.aborted) {
      logger.info({ err: error }, 'the start was broken off');
    } else {
      exitCode = 1;
      logger.fatal({ err: error }, 'failed');
      stopping.abort(error);
    }
  }
  const overdue = setTimeout(() => {
    logger.error({ stopDeadlineMs }, 'stopping took too long');
    process.exit(1);
  }, stopDeadlineMs);
  try {
    await stack.disposeAsync();
  } catch (error) {
    exitCode = 1;
    logger.error({ err: error }, 'stopping failed');
  }
  clearTimeout(overdue);
  logger.info('stopped');
  logger.flush();
  process.exit(exitCode);
}

function readOrExit<Config>(name: string, readProcessConfig: () => Config): Config {
  try {
    return readProcessConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exit(78);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
