/** What kafkajs 2.2.4 does wrong inside and we can't do without; called once by client.ts before the first client is made. */
import { createRequire } from 'node:module';

let repaired = false;

/** Changes kafkajs for the whole process. Throws when it is another version. */
export function repairKafkajs(): void {
  if (repaired) return;
  stopIdleTimerLoop();
  shareConnecting();
  repaired = true;
}

interface RequestQueueInternals {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
}
type ScheduleCheck = (this: RequestQueueInternals) => void;

/**
 * It keeps a 1 ms timer running on every idle connection (tulios/kafkajs #1751): 3 % of a core for nothing. The timer is only of use to a
 * queue that holds requests or is throttled.
 */
function stopIdleTimerLoop(): void {
  const { prototype } = load<{ scheduleCheckPendingRequests?: ScheduleCheck }>('requestQueue');
  const schedule = demand(prototype.scheduleCheckPendingRequests);
  prototype.scheduleCheckPendingRequests = function scheduleWhenNeeded() {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
}

type Connect = (this: object) => Promise<unknown>;

/**
 * Everybody who needs a connection while it is being made opens a socket, and all but the last are forgotten open: one per partition that
 * starts at the same time. Here they wait for the first.
 */
function shareConnecting(): void {
  const { prototype } = load<{ connect?: Connect }>('connection');
  const connect = demand(prototype.connect);
  const connecting = new WeakMap<object, Promise<unknown>>();
  prototype.connect = function connectOnce() {
    const first = connecting.get(this) ?? connect.call(this).finally(() => connecting.delete(this));
    connecting.set(this, first);
    return first;
  };
}

function load<Prototype>(module: string): { readonly prototype: Prototype } {
  return createRequire(import.meta.url)(`kafkajs/src/network/${module}`);
}

function demand<Method>(method: Method | undefined): Method {
  if (method === undefined)
    throw new Error('kafkajs is not the version this process was written for (2.2.4)');
  return method;
}
