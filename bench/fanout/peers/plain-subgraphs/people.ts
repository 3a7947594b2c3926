/** The auth subgraph's answer to a gateway that resolves people by reference. Made by process.ts. */
import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { DocumentNode, ExecutionResult } from 'graphql';
import { execute, parse } from 'graphql';

const sdl = readFileSync(new URL('../../../../schema/auth.graphql', import.meta.url), 'utf8');

export interface People {
  answer(request: { query: string; variables?: Record<string, unknown> }): Promise<ExecutionResult>;
}

/** Everybody is called the same. */
export function createPeople(): People {
  const resolvers = {
    User: {
      __resolveReference: ({ id }: { id: string }) => ({ __typename: 'User', id, displayName: 'Sender' }),
    },
  };
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]);
  const documents = new Map<string, DocumentNode>();
  return {
    answer: async ({ query, variables = {} }) => {
      const document = documents.get(query) ?? parse(query);
      documents.set(query, document);
      return execute({ schema, document, variableValues: variables });
    },
  };
}
