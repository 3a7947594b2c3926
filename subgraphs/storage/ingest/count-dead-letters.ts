/** PERSIST: counts what could not be applied, for an alarm. Put between ingest and the message store by the composition root. */
import { Counter } from 'prom-client';
import type { Registry } from '#platform/metrics.ts';
import type { MessageStore } from './partition-worker.ts';

/** The same store; what Append says of dead letters is added to `storage_dead_letters_total`. */
export function countDeadLetters(store: MessageStore, metrics: Registry): MessageStore {
  const counter = new Counter({
    name: 'storage_dead_letters_total',
    help: 'Records of chat.commands that could not be applied and were put aside as dead letters.',
    registers: [metrics],
  });
  return {
    acquirePartition: (request, options) => store.acquirePartition(request, options),
    readLog: (request, options) => store.readLog(request, options),
    async append(request, options) {
      const response = await store.append(request, options);
      counter.inc(response.deadLetterCount);
      return response;
    },
  };
}
