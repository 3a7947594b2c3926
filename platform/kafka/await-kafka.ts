/** What a process needs of Kafka before it can start, as soon as Kafka answers. Called by the composition roots. */
import kafkajs from 'kafkajs';
import type { Waiting } from '#platform/dependency.ts';
import { awaitDependency } from '#platform/dependency.ts';

/** Repeats `work` while no broker answers. Rejects with any other error. */
export function awaitKafka<Result>(work: () => Promise<Result>, waiting: Waiting): Promise<Result> {
  return awaitDependency({ name: 'Kafka', isAway }, work, waiting);
}

/** Only what could be repeated is given up after too many tries. */
function isAway(error: unknown): boolean {
  return (
    error instanceof kafkajs.KafkaJSError &&
    (error.retriable || error instanceof kafkajs.KafkaJSNumberOfRetriesExceeded)
  );
}
