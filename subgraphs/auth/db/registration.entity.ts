/**
 * Table `registration`: what somebody asked for with one register, until the code that was mailed for it
 * proves the address. It reserves the handle meanwhile. Several may wait under an address: who asks knows it,
 * but need not own it. An address that has an account gets rows too, which can never be activated: so nothing
 * tells the two apart.
 */
import { defineEntity, p } from '@mikro-orm/core';

export const RegistrationEntity = defineEntity({
  name: 'Registration',
  tableName: 'registration',
  properties: {
    id: p.text().primary(),
    /** Lower case. */
    email: p.text(),
    handle: p.text(),
    displayName: p.text(),
    passwordHash: p.text(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
  },
});
