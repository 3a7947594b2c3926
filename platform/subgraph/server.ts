/**
 * The GraphQL server of a subgraph: federation schema, internal key, viewer, masked errors. Used by auth, chat and storage, which bring SDL and resolvers;
 * what it answers is made in answer.ts. The live side of a subgraph is websocket.ts.
 */
import type { IncomingMessage } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/resolvers.js';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { Handle, Route } from '#platform/http.ts';
import { sendJson } from '#platform/http.ts';
import { internalKeyHeader } from '#platform/internal-key.ts';
import { readJsonBody, refuseBody } from '#platform/json-body.ts';
import type { Logger } from '#platform/logger.ts';
import { createSecretCheck } from '#platform/secret-check.ts';
import type { SubgraphContext } from '#schema/context.ts';
import type { ErrorCode } from '#schema/errors.ts';
import { createAnswering } from './answer.ts';
import type { Authentication } from './authenticate.ts';
import { authenticate, clientHeaders } from './authenticate.ts';

export interface SubgraphOptions {
  readonly typeDefs: DocumentNode;
  readonly resolvers: unknown;
  readonly authentication: Authentication;
  readonly internalKey: string;
  readonly bodyBytesMax: number;
  readonly logger: Logger;
}

export interface Subgraph {
  readonly schema: GraphQLSchema;
  /** POST /graphql, for createHttpServer. */
  readonly route: Route;
}

const traceHeader = 'apollo-federation-include-trace';
const notOurs = refusal('UNAUTHENTICATED', 'Only the gateway is answered.');
const notAcceptable = refusal('BAD_REQUEST', 'The answer is JSON, which the Accept header excludes.');

/** Builds the schema. */
export function createSubgraph(options: SubgraphOptions): Subgraph {
  const { typeDefs, authentication, internalKey, bodyBytesMax, logger } = options;
  const resolvers = options.resolvers as GraphQLResolverMap<SubgraphContext>;
  const createSchema = () => buildSubgraphSchema([{ typeDefs, resolvers }]);
  const schema = createSchema();
  const answer = createAnswering({ schema, createSchema, logger });
  const isOurs = createSecretCheck(internalKey);
  const handle: Handle = async (request, response) => {
    if (!isOurs(request.headers[internalKeyHeader])) {
      sendJson(response, 401, notOurs);
      return;
    }
    const contentType = chooseContentType(request.headers.accept);
    if (contentType === null) {
      sendJson(response, 406, notAcceptable);
      return;
    }
    const body = await readJsonBody(request, bodyBytesMax);
    if (body.kind === 'refused') {
      refuseBody(response, body);
      return;
    }
    const { status, cacheControl, text } = await answer({
      body: body.value,
      isTraced: request.headers[traceHeader] === 'ftv1',
      createContext: () => createContext(request, authentication),
    });
    const headers = {
      'content-type': contentType,
      'cache-control': cacheControl,
      'content-length': Buffer.byteLength(text),
    };
    response.writeHead(status, headers).end(text);
  };
  return { schema, route: { method: 'POST', path: '/graphql', handle } };
}

/** GraphQL over HTTP: plain JSON unless only the newer type is taken; null when neither is. */
function chooseContentType(accept: string | undefined): string | null {
  if (accept === undefined || /application\/(json|\*)|\*\/\*/.test(accept))
    return 'application/json; charset=utf-8';
  const newer = 'application/graphql-response+json';
  return accept.includes(newer) ? `${newer}; charset=utf-8` : null;
}

async function createContext(
  request: IncomingMessage,
  authentication: Authentication,
): Promise<SubgraphContext> {
  return {
    viewer: await authenticate(request.headers.authorization, authentication),
    client: {
      ipAddress: headerText(request, clientHeaders.ipAddress),
      userAgent: headerText(request, clientHeaders.userAgent),
    },
  };
}

function headerText(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function refusal(code: ErrorCode, message: string): object {
  return { errors: [{ message, extensions: { code } }] };
}
