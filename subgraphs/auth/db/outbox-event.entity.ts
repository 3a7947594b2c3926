/**
 * Table `outbox_event`: events of this subgraph, written with what they tell of and removed once Kafka has
 * them.
 */
import { defineEntity, p } from '@mikro-orm/core';
import type { UserId } from '#schema/ids.ts';

export const OutboxEventEntity = defineEntity({
  name: 'OutboxEvent',
  tableName: 'outbox_event',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    accountId: p.text().$type<UserId>(),
    /** An encoded AuthEvent. */
    payload: p.blob(),
  },
});
