/**
 * Table `refresh_token`: every refresh token of a session, as SHA-256, so that a second use of an old one is
 * recognised.
 */
import { defineEntity, p } from '@mikro-orm/core';
import type { SessionId } from '#schema/ids.ts';

export const RefreshTokenEntity = defineEntity({
  name: 'RefreshToken',
  tableName: 'refresh_token',
  properties: {
    hash: p.text().primary(),
    sessionId: p.text().$type<SessionId>(),
    /** The token it was traded for; null for the first of a session. */
    parentHash: p.text().nullable(),
    createdAt: p.datetime(3),
    usedAt: p.datetime(3).nullable(),
    /** Its reply was lost and another token was given out in its place. */
    replacedAt: p.datetime(3).nullable(),
  },
});
