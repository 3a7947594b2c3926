/** What the subscription engine tells of itself; on /metrics of the gateway. Made by gateway.ts, told by engine.ts. */
import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { EndReason } from './subscription.ts';

export interface EngineMetrics {
  noteStart(): void;
  noteEnd(reason: EndReason): void;
  /** An event of a subgraph, for so many subscriptions. */
  noteEvent(subscriptions: number): void;
  /** An event has come; call the result when it was handed on to everybody who can have it. */
  timeDelivery(happenedAtMs: number | null): () => void;
  /** A client reads so slowly that results of one of its subscriptions begin to wait. */
  noteSlowed(): void;
  /** Results wait for a client that reads slowly, of so many bytes more or fewer. */
  noteHeld(bytes: number): void;
  /** A subscription went on at another copy, and its client did not notice. */
  noteHealed(): void;
  /** Asked when somebody reads the figures. */
  watch(sources: { readonly groups: () => number; readonly upstreamConnections: () => number }): void;
}

const deliveryBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 10];
/** Older ones were asked for by a cursor. */
const liveSecondsMax = 60;

export function createEngineMetrics(registry: Registry): EngineMetrics {
  const registers = [registry];
  const active = new Gauge({
    name: 'gateway_subscriptions_active',
    help: 'Subscriptions that clients have open.',
    registers,
  });
  const ended = new Counter({
    name: 'gateway_subscriptions_ended_total',
    help: 'Subscriptions that have ended, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const healed = new Counter({
    name: 'gateway_subscriptions_healed_total',
    help: 'Subscriptions that lost their subgraph and went on at another copy without the client.',
    registers,
  });
  const received = new Counter({
    name: 'gateway_subscription_events_received_total',
    help: 'Events that subgraphs have sent.',
    registers,
  });
  const addressed = new Counter({
    name: 'gateway_subscription_events_addressed_total',
    help: 'Events times the subscriptions they were for; divided by those received it is the sharing ratio.',
    registers,
  });
  const delivery = new Histogram({
    name: 'gateway_subscription_delivery_seconds',
    help: 'From an event of a subgraph until its results have been handed to all sockets that can take them; once for each group that shares them.',
    buckets: deliveryBuckets,
    registers,
  });
  const age = new Histogram({
    name: 'gateway_subscription_event_age_seconds',
    help: 'From the moment an event was stored, as its subgraph says, until its results have been handed to all sockets that can take them; without those older than a minute, which somebody asked for by a cursor.',
    buckets: deliveryBuckets,
    registers,
  });
  const slowed = new Counter({
    name: 'gateway_subscriptions_slowed_total',
    help: 'Times that results of a subscription began to wait for a client that reads slowly; those that had to end are ended with the reason "too slow".',
    registers,
  });
  const held = new Gauge({
    name: 'gateway_subscription_held_bytes',
    help: 'Results that wait for clients that read slowly; an object that many wait for is counted for each.',
    registers,
  });
  return {
    timeDelivery: (happenedAtMs) => {
      const receivedAt = performance.now();
      return () => {
        delivery.observe((performance.now() - receivedAt) / 1_000);
        if (happenedAtMs === null) return;
        const seconds = (Date.now() - happenedAtMs) / 1_000;
        // A clock that is behind the other one says less than nothing.
        if (seconds < liveSecondsMax) age.observe(Math.max(0, seconds));
      };
    },
    noteSlowed: () => slowed.inc(),
    noteHeld: (bytes) => held.inc(bytes),
    noteStart: () => active.inc(),
    noteEnd: (reason) => {
      active.dec();
      ended.inc({ reason });
    },
    noteEvent: (subscriptions) => {
      received.inc();
      addressed.inc(subscriptions);
    },
    noteHealed: () => healed.inc(),
    watch: (sources) => watch(sources, registers),
  };
}

function watch(
  { groups, upstreamConnections }: Parameters<EngineMetrics['watch']>[0],
  registers: Registry[],
): void {
  const gauge = (name: string, help: string, read: () => number) => {
    const one: Gauge = new Gauge({ name, help, registers, collect: () => one.set(read()) });
  };
  gauge('gateway_subscription_groups', 'Groups of subscriptions whose events are executed together.', groups);
  gauge(
    'gateway_upstream_connections',
    'Connections over which copies of subgraphs send events.',
    upstreamConnections,
  );
}
