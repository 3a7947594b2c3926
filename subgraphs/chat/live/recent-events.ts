/**
 * LIVE: the last events of one partition, in log order, so that a stream that has just learnt which
 * conversations it is about can be given what passed meanwhile. Pure; owned by event-hub.ts.
 */
import type { Arrival } from './live-buffer.ts';

const eventsMax = 4_096;
const bytesMax = 4 * 1024 * 1024;

export class RecentEvents {
  #arrivals: Arrival[] = [];
  #oldest = 0;
  #bytes = 0;

  add(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.#bytes += arrival.bytes;
    while (this.#arrivals.length - this.#oldest > eventsMax || this.#bytes > bytesMax) {
      this.#bytes -= this.#arrivals[this.#oldest]?.bytes ?? 0;
      this.#oldest += 1;
    }
    // Shifting one by one would move the whole array for each event.
    if (this.#oldest > eventsMax) {
      this.#arrivals = this.#arrivals.slice(this.#oldest);
      this.#oldest = 0;
    }
  }

  /**
   * What came after `logSeq`; null when some of it is not here any more. `lastLogSeq` is the partition's last
   * event.
   */
  after(logSeq: number, lastLogSeq: number): readonly Arrival[] | null {
    const missing = lastLogSeq - logSeq;
    if (missing <= 0) return [];
    if (missing > this.#arrivals.length - this.#oldest) return null;
    return this.#arrivals.slice(this.#arrivals.length - missing);
  }

  clear(): void {
    this.#arrivals = [];
    this.#oldest = 0;
    this.#bytes = 0;
  }
}
