/** Table `verification_code`: the one live code of a purpose, address and owner. */
import { defineEntity, p } from '@mikro-orm/core';
import type { CodePurpose } from './code-purpose.ts';

export const VerificationCodeEntity = defineEntity({
  name: 'VerificationCode',
  tableName: 'verification_code',
  properties: {
    purpose: p.text().$type<CodePurpose>().primary(),
    address: p.text().primary(),
    /** The registration (EMAIL) or account (PHONE) that it is for; empty where the address stands for it. */
    owner: p.text().primary(),
    codeHash: p.text(),
    tries: p.integer(),
    expiresAt: p.datetime(3),
  },
});
