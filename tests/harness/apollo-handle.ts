/** A stock Apollo Server as the handler of a route: subgraphs of others, and what ours is compared with. */
import type { ApolloServer, BaseContext } from '@apollo/server';
import { createApolloExecute } from '#gateway/apollo-http.ts';
import type { Handle } from '#platform/http.ts';
import { readJsonBody, refuseBody } from '#platform/json-body.ts';

export function createApolloHandle<Context extends BaseContext>(options: {
  readonly server: ApolloServer<Context>;
  readonly bodyBytesMax: number;
  readonly createContext: (request: Parameters<Handle>[0]) => Promise<Context>;
}): Handle {
  const execute = createApolloExecute({
    ...options,
    sendWhole: (_request, response, text) => void response.end(text),
    completeRequest: () => undefined,
  });
  return async (request, response) => {
    const isPost = request.method === 'POST';
    const body = isPost
      ? await readJsonBody(request, options.bodyBytesMax)
      : ({ kind: 'read', value: '' } as const);
    if (body.kind === 'refused') refuseBody(response, body);
    else await execute(request, response, body.value);
  };
}
