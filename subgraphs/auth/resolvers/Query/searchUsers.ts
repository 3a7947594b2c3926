/** Query.searchUsers: people by the start of their handle or display name, for whoever is signed in. */
import { badUserInput } from '#platform/graphql-errors.ts';
import type { QueryResolvers } from '#schema/generated/auth_resolvers.ts';
import { searchAccounts } from '../../db/account-search.ts';
import type { AuthParts } from '../../parts.ts';
import { formatMatchCursor, parseMatchCursor } from '../match-cursor.ts';
import { toUser } from '../viewer-view.ts';

const pageMax = 100;
const queryCharsMin = 2;
const queryCharsMax = 64;

export function createSearchUsers({
  database,
  sessions,
}: Pick<AuthParts, 'database' | 'sessions'>): NonNullable<QueryResolvers['searchUsers']> {
  return async (_parent, { query, first, after }, context) => {
    await sessions.requireLive(context);
    const prefix = parseQuery(query);
    if (first < 1 || first > pageMax) throw badUserInput(`first is from 1 to ${pageMax}.`, ['first']);
    const position = after === null || after === undefined ? null : parseMatchCursor(after);
    if (position === null && typeof after === 'string')
      throw badUserInput('after is not a cursor of this list.', ['after']);
    const matches = await database.read((tx) =>
      searchAccounts(tx, { prefix, limit: first + 1, after: position }),
    );
    const page = matches.slice(0, first);
    const edges = page.map((match) => ({ cursor: formatMatchCursor(match), node: toUser(match.account) }));
    return {
      edges,
      nodes: edges.map(({ node }) => node),
      pageInfo: {
        hasNextPage: matches.length > first,
        hasPreviousPage: position !== null,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  };
}

function parseQuery(query: string): string {
  const prefix = query.trim().replace(/^@/, '').toLowerCase();
  const fits = prefix.length >= queryCharsMin && prefix.length <= queryCharsMax && !/\p{Cc}/u.test(prefix);
  if (!fits) throw badUserInput(`query has ${queryCharsMin} to ${queryCharsMax} characters.`, ['query']);
  return prefix;
}
