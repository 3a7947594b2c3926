/** HISTORY: the fields of Membership. */
import { MemberRole } from '#schema/generated/events.ts';
import type { MembershipResolvers, MemberRole as RoleName } from '#schema/generated/storage_resolvers.ts';
import { toDate } from './to-date.ts';

const roles: Readonly<Record<number, RoleName>> = {
  [MemberRole.OWNER]: 'OWNER',
  [MemberRole.ADMIN]: 'ADMIN',
  [MemberRole.MEMBER]: 'MEMBER',
};

export const membership: MembershipResolvers = {
  user: ({ userId }) => ({ id: userId }),
  role: ({ role, userId }) => {
    const name = roles[role];
    if (name === undefined) throw new Error(`${userId} has the unknown role ${role}`);
    return name;
  },
  joinedAt: ({ joinedAtMs }) => new Date(joinedAtMs),
  mutedUntil: ({ mutedUntilMs }) => toDate(mutedUntilMs),
  archivedAt: ({ archivedAtMs }) => toDate(archivedAtMs),
};
