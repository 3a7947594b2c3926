/**
 * LIVE 2/2: one event on its way to all who get it. Executions overlap; each subscription gets its events in the order in which they came. Made by
 * engine.ts for each event, calls joint-execution.ts, hands on to subscription.ts.
 */
import type { UpstreamResult } from './execute-event.ts';
import type { Asker, JointExecution } from './joint-execution.ts';

/** A subscription as deliveries see it. */
export interface Receiver {
  readonly asker: Asker;
  /** Deliveries that are under way to it, the oldest first. */
  readonly underWay: Delivery[];
  /** The JSON of a result, each in its turn. */
  receive(body: Buffer): void;
  /** It can't have the event, and therefore none after it. */
  miss(): void;
}

/**
 * Executes the event for all of the receivers, and hands it on; resolves when everybody has it whose turn has come. They are of one plan, and of the
 * execution's variables.
 */
export async function deliver(
  event: UpstreamResult,
  receivers: readonly Receiver[],
  execution: JointExecution,
): Promise<void> {
  const [first] = receivers;
  if (first === undefined) return;
  const delivery = new Delivery();
  for (const receiver of receivers) receiver.underWay.push(delivery);
  const outcome = await execution.runShared(event, first.asker);
  if (outcome === 'undeliverable' || Buffer.isBuffer(outcome)) {
    delivery.settle(receivers, outcome);
    return;
  }
  const ofViewer = Map.groupBy(receivers, ({ asker }) => asker.requester);
  await Promise.all(
    [...ofViewer.values()].map(async (theirs) => {
      const [{ asker }] = theirs as [Receiver];
      const isTheirs = asker.requester === outcome.requester && outcome.body !== null;
      delivery.settle(theirs, isTheirs ? outcome.body : await execution.runFor(event, asker));
    }),
  );
}

export class Delivery {
  /** Of receivers whose turn has not come. */
  #early: Map<Receiver, Buffer> | null = null;

  settle(receivers: readonly Receiver[], outcome: Buffer | 'undeliverable'): void {
    for (const receiver of receivers) {
      if (!Buffer.isBuffer(outcome)) receiver.miss();
      else if (receiver.underWay[0] === this) {
        receiver.underWay.shift();
        receiver.receive(outcome);
        handOutEarly(receiver);
      } else {
        this.#early ??= new Map();
        this.#early.set(receiver, outcome);
      }
    }
  }

  /** The result that has come before its turn. */
  takeEarly(receiver: Receiver): Buffer | null {
    const body = this.#early?.get(receiver) ?? null;
    this.#early?.delete(receiver);
    return body;
  }
}

function handOutEarly(receiver: Receiver): void {
  for (;;) {
    const body = receiver.underWay[0]?.takeEarly(receiver) ?? null;
    if (body === null) return;
    receiver.underWay.shift();
    receiver.receive(body);
  }
}
