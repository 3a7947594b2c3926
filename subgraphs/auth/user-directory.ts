/**
 * The gRPC UserDirectoryService: which accounts exist. Asked by the chat subgraph before it names people in
 * a command; served by auth.ts.
 */
import { ServerError, Status } from 'nice-grpc';
import type { UserDirectoryServiceImplementation } from '#schema/generated/user_directory.ts';
import { parseUserId } from '#schema/ids.ts';
import { findExistingIds } from './db/accounts.ts';
import type { Database } from './db/database.ts';

const idsMax = 100;

export function createUserDirectory(database: Database): UserDirectoryServiceImplementation {
  return {
    async findExistingUsers({ userIds }) {
      if (userIds.length > idsMax) throw new ServerError(Status.INVALID_ARGUMENT, `at most ${idsMax} ids`);
      const ids = userIds.map(parseUserId).filter((id) => id !== null);
      return { userIds: ids.length === 0 ? [] : await database.read((tx) => findExistingIds(tx, ids)) };
    },
  };
}
