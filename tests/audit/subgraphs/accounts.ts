/** The accounts subgraph: people, who exist by being asked for; the first word of an id says how they behave. Called by world.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/resolvers.js';
import { GraphQLError } from 'graphql';
import { jsonScalar } from './scalars.ts';
import type { AuditContext } from './subgraph.ts';

interface User {
  readonly id: string;
}

const slowMsMax = 30;

/**
 * `missing:…` resolves to null, `refused:…` fails to resolve, `broken:…` has no strict name, `slow:…` takes a while that differs from one to the next; any
 * other id is somebody without peculiarities.
 */
export function createAccountsResolvers(): GraphQLResolverMap<AuditContext> {
  const find = async ({ id }: User): Promise<User | null> => {
    const [behaviour] = id.split(':');
    if (behaviour === 'missing') return null;
    if (behaviour === 'refused') throw forbidden(`nobody may see ${id}`);
    if (behaviour === 'slow') await delay(Math.random() * slowMsMax);
    return { id };
  };
  return {
    JSON: jsonScalar,
    Query: { user: (_root, { id }) => find({ id }) },
    User: {
      __resolveReference: (reference: object) => find(reference as User),
      name: ({ id }: User) => nameOf(id),
      strictName: ({ id }: User) => {
        if (id.startsWith('broken:')) throw forbidden(`the name of ${id} is secret`);
        return nameOf(id);
      },
      nickname: ({ id }: User) => nicknameOf(id),
      greeting: (_user: User, args: object) => args,
      manager: ({ id }: User) => ({ id: `manager of ${id}` }),
      seenBy: (_user: User, _args: object, { viewer }) => viewer,
    },
  };
}

/** What the field `name` answers. */
export function nameOf(id: string): string {
  return `name of ${id}`;
}

/** What the field `nickname` answers, here and in the reviews. */
export function nicknameOf(id: string): string {
  return `nickname of ${id}`;
}

/** With a code that gateways pass on, and an extension of our own. */
export function forbidden(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'FORBIDDEN', reason: 'audit' } });
}
