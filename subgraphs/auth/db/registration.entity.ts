/**
 * Table `registration`: what somebody asked for with register, until the mailed code proves the address. It
 * reserves the handle meanwhile. An address that has an account gets a row too, which can never be
 * activated: so nothing tells the two apart.
 */
import { defineEntity, p } from '@mikro-orm/core';

export const RegistrationEntity = defineEntity({
  name: 'Registration',
  tableName: 'registration',
  properties: {
    /** Lower case. */
    email: p.text().primary(),
    handle: p.text(),
    displayName: p.text(),
    passwordHash: p.text(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
  },
});
