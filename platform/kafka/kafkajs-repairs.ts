/** What kafkajs 2.2.4 does wrong inside and we can't do without; called once by client.ts before the first client is made. */
import { createRequire } from 'node:module';

let repaired = false;

/** Changes kafkajs for the whole process. Throws when it is another version. */
export function repairKafkajs(): void {
  if (repaired) return;
  stopIdleTimerLoop();
  shareConnecting();
  connectWholly();
  tellFailures();
  measureMonotonically();
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
  const { prototype } = load<{ scheduleCheckPendingRequests?: ScheduleCheck }>('network/requestQueue');
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
  const { prototype } = load<{ connect?: Connect }>('network/connection');
  const connect = demand(prototype.connect);
  const connecting = new WeakMap<object, Promise<unknown>>();
  prototype.connect = function connectOnce() {
    const first = connecting.get(this) ?? connect.call(this).finally(() => connecting.delete(this));
    connecting.set(this, first);
    return first;
  };
}

interface BrokerInternals {
  connect?: Connect;
  isConnected?(): boolean;
}

/**
 * A broker that took a connection and did not answer the question for its versions passes for connected ever after: every request to it fails
 * with "Broker not connected". It is connected here once it has answered.
 */
function connectWholly(): void {
  const { prototype } = load<BrokerInternals>('broker');
  const connect = demand(prototype.connect);
  const isConnected = demand(prototype.isConnected);
  const answered = new WeakSet<object>();
  prototype.connect = async function connectAndNote() {
    await connect.call(this);
    answered.add(this);
  };
  prototype.isConnected = function isConnectedWholly() {
    return answered.has(this) && isConnected.call(this);
  };
}

type Ask = (of: object) => Promise<unknown>;
type WithBroker = (this: object, ask: Ask) => Promise<unknown>;

/** When it has asked every broker in vain it answers null, which the callers take apart: a TypeError says that a broker is away. Here it is what the last one said. */
function tellFailures(): void {
  const { prototype } = load<{ withBroker?: WithBroker }>('cluster/brokerPool');
  const withBroker = demand(prototype.withBroker);
  prototype.withBroker = async function askBrokers(ask) {
    let failure: unknown;
    const answer = await withBroker.call(this, async (of) => {
      try {
        return await ask(of);
      } catch (error) {
        failure = error;
        throw error;
      }
    });
    if (answer === null && failure !== undefined) throw failure;
    return answer;
  };
}

/** Property by module: the moments from which or up to which it waits. */
const moments = {
  'network/requestQueue/socketRequest': 'sentAt',
  'network/requestQueue': 'throttledUntil',
  'consumer/consumerGroup': 'lastRequest',
  'cluster/brokerPool': 'metadataExpireAt',
};

/**
 * It measures time by the wall clock: while one that was set back has not caught up, no heartbeat is sent, so that the group puts the member
 * out and it reads on, and no request times out; when one is set ahead, all of them do at once. So these moments are kept by a clock that
 * nobody sets, and are told as seen from what the wall clock says now.
 */
function measureMonotonically(): void {
  for (const [module, property] of Object.entries(moments)) {
    const kept = new WeakMap<object, number | null>();
    Object.defineProperty(load(module).prototype, property, {
      get(this: object) {
        const moment = kept.get(this) ?? null;
        return moment === null ? null : Date.now() + (moment - performance.now());
      },
      set(this: object, moment: number | null) {
        kept.set(this, moment === null ? null : performance.now() + (moment - Date.now()));
      },
    });
  }
}

function load<Prototype extends object>(module: string): { readonly prototype: Prototype } {
  return createRequire(import.meta.url)(`kafkajs/src/${module}`);
}

function demand<Method>(method: Method | undefined): Method {
  if (method === undefined)
    throw new Error('kafkajs is not the version this process was written for (2.2.4)');
  return method;
}
