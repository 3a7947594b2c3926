/**
 * SEND: which accounts exist, as auth's user directory says. Called by createConversation and addMembers
 * before they name people in a command.
 */

import { serviceUnavailable } from '#platform/graphql-errors.ts';
import type { UserId } from '#schema/ids.ts';
import type { UserDirectory } from '../message-store.ts';

export interface People {
  /** Those of the ids (at most 100) that are nobody's. Throws SERVICE_UNAVAILABLE. */
  findMissing(userIds: readonly UserId[]): Promise<string[]>;
}

export function createPeople(directory: UserDirectory): People {
  return {
    async findMissing(userIds) {
      if (userIds.length === 0) return [];
      const answer = await directory.findExistingUsers({ userIds: [...userIds] }).catch((error: unknown) => {
        throw serviceUnavailable(error);
      });
      const existing = new Set(answer.userIds);
      return userIds.filter((userId) => !existing.has(userId));
    },
  };
}
