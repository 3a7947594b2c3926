/** Who is in a consumer group, as the broker says, and putting somebody out of it. Called by tests/kafka/*.test.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import { createCluster } from '#platform/kafka/cluster.ts';
import { connect } from './broker.ts';

const timeoutMs = 30_000;
const pollMs = 100;

/** The ids of its members. */
export async function findMembers(groupId: string): Promise<string[]> {
  const admin = connect().admin();
  await admin.connect();
  try {
    const { groups } = await admin.describeGroups([groupId]);
    return groups.flatMap(({ members }) => members.map(({ memberId }) => memberId));
  } finally {
    await admin.disconnect();
  }
}

/** Resolves when the condition holds for the members' ids. */
export async function untilMembers(
  groupId: string,
  condition: (members: readonly string[]) => boolean,
): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const members = await findMembers(groupId);
    if (condition(members)) return;
    if (performance.now() > giveUpAt) throw new Error(`the members of ${groupId} are ${members.join(', ')}`);
    await delay(pollMs);
  }
}

interface Coordination {
  findGroupCoordinator(of: { groupId: string }): Promise<{
    leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
  }>;
}

/** Leaves the group in the member's name, without asking it. */
export async function evictMember(groupId: string, memberId: string): Promise<void> {
  const cluster = createCluster(connect());
  await cluster.connect();
  try {
    const coordinator = await (cluster as unknown as Coordination).findGroupCoordinator({ groupId });
    await coordinator.leaveGroup({ groupId, memberId });
  } finally {
    await cluster.disconnect();
  }
}
