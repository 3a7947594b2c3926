/**
 * Table `session`: one place where an account is signed in. An ended one is kept for a day, with its refresh
 * tokens.
 */
import { defineEntity, p } from '@mikro-orm/core';
import type { SessionId, UserId } from '#schema/ids.ts';

export const SessionEntity = defineEntity({
  name: 'Session',
  tableName: 'session',
  properties: {
    id: p.text().$type<SessionId>().primary(),
    accountId: p.text().$type<UserId>(),
    createdAt: p.datetime(3),
    lastSeenAt: p.datetime(3),
    expiresAt: p.datetime(3),
    revokedAt: p.datetime(3).nullable(),
    userAgent: p.text().nullable(),
    ipAddress: p.text().nullable(),
  },
});
