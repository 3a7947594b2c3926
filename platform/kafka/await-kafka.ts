/** What a process needs of Kafka before it can start, as soon as Kafka answers. Called by the composition roots. */
import kafkajs from 'kafkajs';
import type { Waiting } from '#platform/dependency.ts';
import { awaitDependency } from '#platform/dependency.ts';

/** Repeats `work` while no broker answers. Rejects with any other error. */
export function awaitKafka<Result>(work: () => Promise<Result>, waiting: Waiting): Promise<Result> {
  return awaitDependency({ name: 'Kafka', isAway }, work, waiting);
}

/** Whether it is, or comes from, something that kafkajs calls worth repeating; it also wraps such errors in others, after it has repeated it often enough. */
export function isAway(error: unknown): boolean {
  if (error instanceof kafkajs.KafkaJSAggregateError) return error.errors.every(isAway);
  if (!(error instanceof kafkajs.KafkaJSError)) return false;
  return (
    error.retriable || error instanceof kafkajs.KafkaJSNumberOfRetriesExceeded || isAway(error.cause ?? null)
  );
}
