/** What can happen in the simulated world, as lists that fast-check makes, and makes shorter when one fails. */
import fc from 'fast-check';
import { writeFates } from './simulated-log.ts';
import type { CallFate, CallWay, Disturbance } from './weather.ts';
import { callFates, callWays, writeWays } from './weather.ts';

type Index = 0 | 1 | 2;
type Copy = 0 | 1;

export type Happening =
  | {
      readonly kind: 'send';
      readonly sender: Index;
      readonly conversation: Index;
      readonly waitsForOutcome: boolean;
      readonly triesMax: number;
    }
  /** One of the sender's earlier messages again, perhaps with another text under its clientMessageId. */
  | { readonly kind: 'repeat'; readonly sender: Index; readonly back: number; readonly isChanged: boolean }
  /** Of cyd. */
  | { readonly kind: 'join' | 'remove' | 'leave'; readonly conversation: Index }
  | { readonly kind: 'disturb'; readonly disturbance: Disturbance }
  /** The partition goes to this copy of storage, whether its owner knows or not. */
  | { readonly kind: 'reassign'; readonly partition: Copy; readonly copy: Copy }
  | { readonly kind: 'stop'; readonly process: 'storage' | 'chat'; readonly copy: Copy; readonly ms: number }
  | { readonly kind: 'kill'; readonly process: 'storage' | 'chat'; readonly copy: Copy }
  /** Its socket breaks, and it comes back after a while. */
  | { readonly kind: 'cut'; readonly reader: number; readonly awayMs: number }
  | { readonly kind: 'slow'; readonly reader: number; readonly paceMs: number | null }
  /** Retention: the store keeps the last few events of the partition, or Kafka those of chat.events. */
  | {
      readonly kind: 'expire';
      readonly where: 'store' | 'kafka';
      readonly partition: Copy;
      readonly keep: number;
    }
  /** A power cut: everything starts anew, and the last commands of the partition are gone. */
  | { readonly kind: 'loseEnd'; readonly partition: Copy; readonly count: number }
  | { readonly kind: 'replaceLog' };

export interface Step {
  readonly happening: Happening;
  /** Until the next step. */
  readonly thenMs: number;
}

export interface Schedule {
  /** Of latencies and batch sizes. */
  readonly seed: number;
  readonly steps: readonly Step[];
}

export const readersCount = 5;
const stepsMax = 24;

const index = fc.constantFrom<Index[]>(0, 1, 2);
const copy = fc.constantFrom<Copy[]>(0, 1);
const reader = fc.nat(readersCount - 1);
const constant = <Value>(value: Value) => fc.constant(value);

const disturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  fc.record({
    way: fc.constantFrom(...writeWays),
    fate: fc.constantFrom(...writeFates.filter((fate) => fate !== 'ok')),
    times: fc.integer({ min: 1, max: 14 }),
  }),
  fc.record({
    way: fc.constantFrom<CallWay[]>(...callWays, 'read', 'read'),
    fate: fc.constantFrom<CallFate[]>(...callFates.filter((fate) => fate !== 'ok')),
    times: fc.integer({ min: 1, max: 4 }),
  }),
);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 48,
    arbitrary: fc.record({
      kind: constant('send' as const),
      sender: index,
      conversation: index,
      waitsForOutcome: fc.constantFrom(true, true, false),
      triesMax: fc.constantFrom(1_000, 1_000, 1),
    }),
  },
  {
    weight: 16,
    arbitrary: fc.record({
      kind: constant('repeat' as const),
      sender: index,
      back: fc.nat(2),
      isChanged: fc.boolean(),
    }),
  },
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constantFrom('join' as const, 'remove' as const, 'leave' as const),
      conversation: index,
    }),
  },
  { weight: 28, arbitrary: fc.record({ kind: constant('disturb' as const), disturbance }) },
  { weight: 16, arbitrary: fc.record({ kind: constant('reassign' as const), partition: copy, copy }) },
  {
    weight: 16,
    arbitrary: fc.record({
      kind: constant('stop' as const),
      process: fc.constantFrom('storage' as const, 'storage' as const, 'chat' as const),
      copy,
      ms: fc.constantFrom(5, 50, 500, 7_000),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: constant('kill' as const),
      process: fc.constantFrom('storage' as const, 'chat' as const),
      copy,
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: constant('cut' as const),
      reader,
      awayMs: fc.constantFrom(20, 150, 1_000, 20_000),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: constant('slow' as const),
      reader,
      paceMs: fc.constantFrom(null, 40, 400, 4_000, 4_000),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: constant('expire' as const),
      where: fc.constantFrom('store' as const, 'kafka' as const),
      partition: copy,
      keep: fc.nat(2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: constant('loseEnd' as const),
      partition: copy,
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: constant({ kind: 'replaceLog' as const }) },
);

const step: fc.Arbitrary<Step> = fc.record({
  happening,
  thenMs: fc.constantFrom(0, 0, 3, 12, 12, 40, 150, 600, 6_000),
});

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.nat(),
  steps: fc.array(step, { maxLength: stepsMax, size: 'max' }),
});
