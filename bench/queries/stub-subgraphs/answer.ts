/** Computes what a subgraph answers, with graphql-js on a schema of its own. Called by process.ts, once for each request body. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchema } from 'graphql';
import { execute, parse } from 'graphql';
import type { SubgraphName } from '../conversation.ts';
import {
  createAdditions,
  createConversation,
  createMessages,
  createPerson,
  subgraphSdl,
} from '../conversation.ts';

interface RequestBody {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Record<string, unknown>;
}

/** What a gateway gets that is measured planning, not executing: there is nothing behind the plan. */
const nothing = JSON.stringify({ errors: [{ message: 'Nothing is here.' }] });

const messages = createMessages();

const resolvers = {
  messages: {
    Query: { conversation: (_: unknown, { id }: { id: string }) => createConversation(id, messages) },
  },
  people: { Person: { __resolveReference: createPerson } },
  reactions: { Message: { __resolveReference: createAdditions } },
} as const satisfies Record<SubgraphName, object>;

/** Takes the path, `/` and a subgraph's name, and the body; gives the text of the answer. */
export function createAnswerer(): (path: string, body: string) => Promise<string> {
  const schemas = new Map<string, GraphQLSchema>(
    Object.entries(subgraphSdl).map(([name, sdl]) => [
      `/${name}`,
      buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers[name as SubgraphName] }]),
    ]),
  );
  return async (path, body) => {
    const schema = schemas.get(path);
    if (schema === undefined) return nothing;
    const { query, operationName, variables = {} } = JSON.parse(body) as RequestBody;
    const document = parse(query);
    return JSON.stringify(await execute({ schema, document, operationName, variableValues: variables }));
  };
}
