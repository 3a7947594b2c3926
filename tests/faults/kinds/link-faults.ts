/** The network between two processes: cut, black-holed, slow, a byte at a time, silent in one direction; and replies of Kafka that are lost or late. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LinkMode } from '#tests/harness/link.ts';
import { produceKey } from '#tests/kafka/faulty-link.ts';
import type { Random } from '../random.ts';
import type { FaultKind, Trouble } from './kind.ts';
import { always, over } from './kind.ts';

const linkMsMin = 500;
const linkMsMax = 7_000;
const latencyMs = 200;
const bytesPerSecond = 100_000;
const replyMsMax = 6_000;
const lateMs = 2_500;

function during(toMode: (random: Random) => LinkMode): FaultKind['inflict'] {
  return async ({ scene, random }) => {
    const { name, link } = random.pick(scene.links);
    const ms = random.between(linkMsMin, linkMsMax);
    link.set(toMode(random));
    await delay(ms);
    link.set({ kind: 'pass' });
    return over(`${name} for ${ms} ms`);
  };
}

/** Several links, one after the other, and back in another order. */
async function swizzle({ scene, random }: Trouble): ReturnType<FaultKind['inflict']> {
  const chosen = Array.from({ length: 5 }, () => random.pick(scene.links));
  for (const { link } of chosen) {
    link.set({ kind: 'cut' });
    await delay(random.between(100, 800));
  }
  for (const { link } of chosen.reverse()) {
    link.set({ kind: 'pass' });
    await delay(random.between(100, 800));
  }
  return over(chosen.map(({ name }) => name).join(', '));
}

async function reset({ scene, random }: Trouble): ReturnType<FaultKind['inflict']> {
  const { name, link } = random.pick(scene.links);
  link.reset();
  return over(name);
}

async function loseReplies({ scene, random }: Trouble): ReturnType<FaultKind['inflict']> {
  const link = random.pick(scene.kafkaLinks);
  const before = link.lostReplies;
  const lost = random.fork();
  link.losesReply = (apiKey) => apiKey === produceKey && lost.happens(0.3);
  await delay(random.between(linkMsMin, replyMsMax));
  link.losesReply = () => false;
  return over(`${link.lostReplies - before} produce replies`);
}

async function delayReplies({ scene, random }: Trouble): ReturnType<FaultKind['inflict']> {
  const link = random.pick(scene.kafkaLinks);
  const late = random.fork();
  link.delaysReplyMs = (apiKey) => (apiKey === produceKey && late.happens(0.3) ? lateMs : 0);
  const ms = random.between(linkMsMin, replyMsMax);
  await delay(ms);
  link.delaysReplyMs = () => 0;
  return over(`produce replies for ${ms} ms`);
}

async function cutKafka({ scene, random }: Trouble): ReturnType<FaultKind['inflict']> {
  random.pick(scene.kafkaLinks).reset();
  return over('every connection of a subgraph to Kafka');
}

const link = (name: string, weight: number, mode: (random: Random) => LinkMode): FaultKind => ({
  name,
  breaks: 'links',
  weight,
  isPossible: always,
  inflict: during(mode),
});

export const linkFaults: readonly FaultKind[] = [
  link('link-cut', 4, () => ({ kind: 'cut' })),
  link('link-black-holed', 4, () => ({ kind: 'black-holed' })),
  link('link-slow', 2, () => ({ kind: 'slow', latencyMs, bytesPerSecond })),
  link('link-one-byte', 2, () => ({ kind: 'one-byte' })),
  link('link-half-open', 3, (random) => ({
    kind: 'half-open',
    silent: random.pick(['to-target', 'to-client'] as const),
  })),
  { name: 'links-swizzled', breaks: 'links', weight: 2, isPossible: always, inflict: swizzle },
  { name: 'link-reset', breaks: 'links', weight: 3, isPossible: always, inflict: reset },
  {
    name: 'produce-replies-lost',
    breaks: 'kafka',
    weight: 4,
    isPossible: always,
    inflict: loseReplies,
  },
  {
    name: 'produce-replies-late',
    breaks: 'kafka',
    weight: 3,
    isPossible: always,
    inflict: delayReplies,
  },
  { name: 'kafka-connections-cut', breaks: 'kafka', weight: 3, isPossible: always, inflict: cutKafka },
];
