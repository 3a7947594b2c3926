/**
 * Several worker processes on one port, for all cores. The parent serves nobody; it starts the workers, starts again those that die, stops all, and puts their
 * metrics and readiness together. Called by main.ts around the start of a process.
 */
import type { Worker } from 'node:cluster';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';
import type { Logger } from '../logger.ts';
import type { Service } from '../service.ts';
import type { Topic } from './questions.ts';
import { answerWaitMs, Questions } from './questions.ts';
import type { Readiness } from './readiness.ts';
import { joinReadiness } from './readiness.ts';

const restartWaitMsMin = 100;
const restartWaitMsMax = 10_000;
/** A worker that lived so long was not the victim of its own start. */
const stableMs = 30_000;

interface WorkersConfig {
  /** Processes. */
  readonly workers: number;
}

const startedMessage = 'started';

/** What a process's composition root is, run in each of `config.workers` processes; in this one when that is 1. */
export function withWorkers<Config>(
  start: (config: Config, service: Service) => Promise<void>,
): (config: Config & WorkersConfig, service: Service) => Promise<void> {
  return async (config, service) => {
    if (cluster.isWorker) {
      await start(config, service);
      process.send?.(startedMessage);
      return;
    }
    if (config.workers === 1) return start(config, service);
    const fleet = service.stack.use(new Fleet(config.workers, service.logger));
    await fleet.started;
  };
}

class Fleet implements AsyncDisposable {
  /** Resolves when all of them have; rejects when one ends before that. */
  readonly started: Promise<void>;
  readonly #count: number;
  readonly #logger: Logger;
  readonly #workers = new Map<Worker, Questions>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #metrics = new Registry();
  readonly #restarts: Counter;
  /** Of workers that died, one after the other. */
  #failures = 0;
  #isStarted = false;
  #isStopping = false;

  constructor(count: number, logger: Logger) {
    this.#count = count;
    this.#logger = logger;
    const registers = [this.#metrics];
    this.#restarts = new Counter({
      name: 'process_workers_restarted_total',
      help: 'Workers that were started in place of one that had ended.',
      registers,
    });
    const running: Gauge = new Gauge({
      name: 'process_workers_running',
      help: 'Workers that share the port.',
      registers,
      collect: () => running.set(this.#workers.size),
    });
    this.started = this.#start();
  }

  /** Each ends as it would alone: readiness off, sockets closed, running requests answered. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const running = [...this.#workers.keys()];
    const ended = running.map((worker) => once(worker, 'exit'));
    for (const worker of running) worker.process.kill('SIGTERM');
    await Promise.all(ended);
  }

  async #start(): Promise<void> {
    const first = Array.from({ length: this.#count }, () => this.#fork());
    const ended = Promise.withResolvers<never>();
    for (const worker of first) worker.once('exit', (code) => ended.reject(new EarlyEnd(code)));
    await Promise.race([Promise.all(first.map(hasStarted)), ended.promise]);
    this.#isStarted = true;
  }

  #fork(): Worker {
    const worker = cluster.fork();
    const startedAt = performance.now();
    this.#workers.set(worker, new Questions(worker, answerWaitMs.ofWorkers, (topic) => this.#report(topic)));
    worker.on('error', (error) => this.#logger.warn({ err: error }, 'the channel to a worker failed'));
    worker.once('exit', (code, signal) => {
      this.#workers.delete(worker);
      if (this.#isStopping || !this.#isStarted) return;
      if (performance.now() - startedAt > stableMs) this.#failures = 0;
      this.#restart({ code, signal, pid: worker.process.pid });
    });
    return worker;
  }

  #restart(ended: { code: number | null; signal: string | null; pid: number | undefined }): void {
    const waitMs = Math.min(restartWaitMsMin * 2 ** this.#failures, restartWaitMsMax);
    this.#failures += 1;
    this.#logger.error({ ...ended, waitMs }, 'a worker has ended, starting another');
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#restarts.inc();
      this.#fork();
    }, waitMs);
    this.#timers.add(timer);
  }

  async #report(topic: Topic): Promise<unknown> {
    const all = [...this.#workers.values()];
    const answers = await Promise.all(all.map((questions) => questions.ask(topic)));
    if (topic === 'readiness') return this.#joinReadiness(answers as (Readiness | null)[]);
    const figures = answers.filter((answer) => answer !== null) as object[];
    return AggregatorRegistry.aggregate([...figures, await this.#metrics.getMetricsAsJSON()]).metrics();
  }

  /** One that is being started again gets no traffic, so the others are as ready as they were. */
  #joinReadiness(answers: readonly (Readiness | null)[]): Readiness {
    const running = `${answers.length} of ${this.#count} run`;
    const workers = { name: 'workers', up: this.#isStarted, reason: running };
    return joinReadiness(answers, workers);
  }
}

function hasStarted(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.on('message', (message) => {
      if (message === startedMessage) resolve();
    });
  });
}

class EarlyEnd extends Error {
  override readonly name = 'EarlyEnd';
  constructor(code: number | null) {
    super(`a worker has ended with ${code ?? 'a signal'} before it was ready; its own lines say why`);
  }
}
