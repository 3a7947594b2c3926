/** Mutation.updateProfile: changes what everyone sees of the viewer and tells those who keep copies. */
import type { MutationResolvers, UpdateProfileInput } from '#schema/generated/auth_resolvers.ts';
import type { Parsed, Refusal } from '../../accounts/profile-rules.ts';
import { parseBio, parseDisplayName, parseHandle, refuse } from '../../accounts/profile-rules.ts';
import type { Account } from '../../db/accounts.ts';
import { findAccount, lockName, updateAccount } from '../../db/accounts.ts';
import type { Transaction } from '../../db/database.ts';
import { AlreadyTaken } from '../../db/database.ts';
import { appendEvents } from '../../db/outbox.ts';
import { findReservation } from '../../db/registrations.ts';
import type { AuthParts } from '../../parts.ts';
import type { LiveViewer } from '../../sessions/sessions.ts';
import { handleTaken } from '../refusals.ts';

type Parts = Pick<AuthParts, 'database' | 'sessions' | 'outbox'>;
type Changes = Partial<Pick<Account, 'handle' | 'displayName' | 'avatarUrl' | 'bio'>>;

export function createUpdateProfile(parts: Parts): NonNullable<MutationResolvers['updateProfile']> {
  return async (_parent, { input }, context) => {
    const live = await parts.sessions.requireLive(context);
    const parsed = parseChanges(input);
    if ('refusal' in parsed) return parsed.refusal;
    const viewer = await change(parts, live, parsed.changes);
    if (viewer === null) return handleTaken();
    parts.outbox.wake();
    return { __typename: 'UpdateProfileSuccess', viewer };
  };
}

/** Absent fields are left out, null clears what may be cleared. */
function parseChanges(input: UpdateProfileInput): { changes: Changes } | { refusal: Refusal } {
  const changes: Changes = {};
  for (const [name, parse] of [
    ['handle', parseHandle],
    ['displayName', parseDisplayName],
  ] as const) {
    const text = input[name];
    if (text === undefined) continue;
    if (text === null) return { refusal: refuse(name, 'This can be changed, not cleared.') };
    const parsed: Parsed = parse(text);
    if ('refusal' in parsed) return parsed;
    changes[name] = parsed.value;
  }
  if (input.avatarUrl !== undefined) changes.avatarUrl = input.avatarUrl;
  if (input.bio !== undefined) {
    const bio: Parsed = parseBio(input.bio ?? '');
    if ('refusal' in bio) return bio;
    changes.bio = bio.value === '' ? null : bio.value;
  }
  return { changes };
}

/** Null when the handle is taken. */
async function change({ database, sessions }: Parts, { account, session }: LiveViewer, changes: Changes) {
  try {
    return await database.transaction(async (tx) => {
      if (!(await mayTake(tx, account, changes.handle))) return null;
      if (Object.keys(changes).length > 0) {
        await updateAccount(tx, account.id, changes);
        await appendEvents(tx, account.id, [{ $case: 'profileChanged', value: {} }]);
      }
      return sessions.view(tx, { ...account, ...changes }, session.id);
    });
  } catch (error) {
    if (error instanceof AlreadyTaken) return null;
    throw error;
  }
}

async function mayTake(tx: Transaction, account: Account, handle: string | undefined): Promise<boolean> {
  if (handle === undefined || handle === account.handle) return true;
  await lockName(tx, 'handle', handle);
  const reservation = await findReservation(tx, handle);
  // What waits under the viewer's own address can never be activated.
  if (reservation !== null && reservation.email !== account.email) return false;
  return (await findAccount(tx, { handle })) === null;
}
