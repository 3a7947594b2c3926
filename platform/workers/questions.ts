/**
 * Questions over the channel between the parent of worker processes and each worker, and their answers: what is on /metrics, is it ready. Used by fleet.ts in
 * the parent and by worker-reports.ts in the workers.
 */

export type Topic = 'metrics' | 'readiness';

/** As it goes over the channel. */
type Message =
  | { readonly kind: 'question'; readonly id: number; readonly topic: Topic }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown };

/** The other process: a worker for the parent, the parent for a worker. */
export interface Peer {
  send?(message: Message, onSent: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

/** The parent waits for its workers while the worker waits for it. A check of readiness takes 2 s at most. */
export const answerWaitMs = { ofWorkers: 2_500, ofParent: 3_000 } as const;

/** Asks the peer, and answers what the peer asks by `answer`. */
export class Questions {
  readonly #peer: Peer;
  readonly #waitMs: number;
  readonly #open = new Map<number, (value: unknown) => void>();
  #lastId = 0;

  constructor(peer: Peer, waitMs: number, answer: (topic: Topic) => Promise<unknown>) {
    this.#peer = peer;
    this.#waitMs = waitMs;
    peer.on('message', (message) => {
      if (!isMessage(message)) return;
      if (message.kind === 'answer') {
        this.#open.get(message.id)?.(message.value);
        return;
      }
      const { id } = message;
      // Nobody answers: the peer does not wait for ever.
      void answer(message.topic).then(
        (value) => this.#send({ kind: 'answer', id, value }),
        () => undefined,
      );
    });
  }

  /** Null when no answer comes in time. */
  async ask(topic: Topic): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = Promise.withResolvers<unknown>();
    this.#open.set(id, answered.resolve);
    const late = setTimeout(() => answered.resolve(null), this.#waitMs);
    this.#send({ kind: 'question', id, topic });
    try {
      return await answered.promise;
    } finally {
      clearTimeout(late);
      this.#open.delete(id);
    }
  }

  /** A peer that is gone hears nothing; the question then has no answer. */
  #send(message: Message): void {
    this.#peer.send?.(message, () => undefined);
  }
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false;
  const kind = Reflect.get(value, 'kind');
  return kind === 'question' || kind === 'answer';
}
