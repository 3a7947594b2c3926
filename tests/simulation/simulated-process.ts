/**
 * One process of the simulated world, seen as its clock: everything it does begins with one of its timers, so that stopping it (SIGSTOP)
 * holds them back and killing it (SIGKILL) drops them. What has left it goes on.
 */
import type { Clock } from '#platform/clock.ts';

export class SimulatedProcess implements Clock {
  readonly #world: Clock;
  #state: 'running' | 'stopped' | 'dead' = 'running';
  #held: (() => void)[] = [];

  constructor(world: Clock) {
    this.#world = world;
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  now(): number {
    return this.#world.now();
  }

  after(ms: number, callback: () => void): () => void {
    let isCancelled = false;
    const cancel = this.#world.after(ms, () => this.receive(() => (isCancelled ? undefined : callback())));
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  stop(): void {
    if (this.#state === 'running') this.#state = 'stopped';
  }

  /** What was due meanwhile happens now, one after the other. */
  resume(): void {
    if (this.#state !== 'stopped') return;
    this.#state = 'running';
    for (const callback of this.#held.splice(0)) this.#world.after(0, () => this.receive(callback));
  }

  kill(): void {
    this.#state = 'dead';
    this.#held = [];
  }

  /** Something from outside reaches it: now, when it goes on, or never. */
  receive(callback: () => void): void {
    if (this.#state === 'running') callback();
    if (this.#state === 'stopped') this.#held.push(callback);
  }
}
