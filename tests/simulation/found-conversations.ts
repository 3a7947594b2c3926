/** Before anything else happens in the simulated world, its conversations exist and their first events are published. Called by world.ts. */
import { Command, ConversationKind } from '#schema/generated/events.ts';
import type { Cluster } from './cluster.ts';
import { partitions } from './cluster.ts';
import { ada, bob, conversations, cyd, partitionOf } from './people.ts';
import { toEventRecord } from './simulated-log.ts';

export function foundConversations(cluster: Cluster): void {
  for (let partition = 0; partition < partitions; partition += 1) {
    const ids = conversations.filter((id) => partitionOf(id) === partition);
    const records = ids.map((conversationId) => ({
      key: Buffer.from(conversationId),
      value: createConversation(conversationId),
    }));
    const commands = cluster.log('commands', partition);
    commands.append({ producerId: commands.createProducerId(), firstSequence: 0, records });
    const { store, topicId } = cluster;
    const { ownerEpoch } = store.acquirePartition({ topicId, partition });
    const batch = records.map((record, offset) => ({ ...record, offset }));
    const response = store.append({ topicId, partition, ownerEpoch, expectedOffset: 0, records: batch });
    const events = cluster.log('events', partition);
    events.append({
      producerId: events.createProducerId(),
      firstSequence: 0,
      records: response.records.map(toEventRecord),
    });
  }
}

function createConversation(conversationId: string): Buffer {
  const value = { kind: ConversationKind.GROUP, memberIds: [bob, cyd] };
  const body = { $case: 'createConversation' as const, value };
  const command = {
    commandId: `found-${conversationId}`,
    viewerId: ada,
    conversationId,
    issuedAtMs: 0,
    body,
  };
  return Buffer.from(Command.encode(command).finish());
}
