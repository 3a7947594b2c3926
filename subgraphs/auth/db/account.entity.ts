/**
 * Table `account`: people whose e-mail address is proven. Whoever still has to prove theirs is in
 * `registration`.
 */
import { defineEntity, p } from '@mikro-orm/core';
import type { UserId } from '#schema/ids.ts';

export const AccountEntity = defineEntity({
  name: 'Account',
  tableName: 'account',
  properties: {
    id: p.text().$type<UserId>().primary(),
    handle: p.text(),
    displayName: p.text(),
    /** Lower case. */
    email: p.text(),
    /** E.164; only ever a proven number. */
    phone: p.text().nullable(),
    passwordHash: p.text(),
    avatarUrl: p.text().nullable(),
    bio: p.text().nullable(),
    createdAt: p.datetime(3),
  },
});
