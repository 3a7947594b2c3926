/** The gateway's settings and what production refuses. Read by main.ts; documented in docs/config.md from the descriptions here. */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import {
  fields,
  kafkaFields,
  kafkaRules,
  readConfig,
  serviceFields,
  tokenFields,
  tokenRules,
} from '#platform/config.ts';
import type { UpstreamProtocol } from './subscriptions/upstream.ts';
import { parseHeaderRules } from './traffic/header-rule-format.ts';
import { HeaderRules } from './traffic/header-rules.ts';

const optionalFlag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .optional();

const limitOrOff = (preset: number) =>
  z.coerce.number({ error: 'must be a whole number from 0' }).int().min(0).default(preset);

const subscriptionProtocol = z
  .string()
  .regex(/^[^=\s]+=(transport-ws|sse|callback)$/, {
    error: ({ input }) => `${input} is not subgraph=protocol; a protocol is transport-ws, sse or callback`,
  })
  .transform((text) => {
    const [subgraph, protocol] = text.split('=') as [string, UpstreamProtocol['kind']];
    return { subgraph, protocol };
  });

const workers = z
  .string()
  .regex(/^(auto|\d{1,3})$/, { error: 'must be auto, or a whole number from 0' })
  .transform((text) => (text === 'auto' ? 0 : Number(text)) || availableParallelism())
  .prefault('1');

const headerRules = z
  .string()
  .transform((text, context) => {
    const parsed = parseHeaderRules(text);
    if (!('problems' in parsed)) return new HeaderRules(parsed);
    for (const problem of parsed.problems) context.addIssue(problem);
    return z.NEVER;
  })
  .optional();

export const gatewayFields = {
  ...serviceFields,
  ...kafkaFields,
  ...tokenFields,
  port: fields.port(4000).describe('HTTP and WebSocket port'),
  workers: workers.describe(
    'processes that share the port; auto, or 0, for as many as there are cores. Limits of this table are those of each',
  ),
  authSubgraphUrl: fields
    .list('http://127.0.0.1:8081/graphql')
    .describe('copies of the auth subgraph, a comma list'),
  chatSubgraphUrl: fields
    .list('http://127.0.0.1:8080/graphql')
    .describe('copies of the chat subgraph, a comma list'),
  storageSubgraphUrl: fields
    .list('http://127.0.0.1:8082/graphql')
    .describe('copies of the storage subgraph, a comma list'),
  supergraphPath: fields
    .text('schema/supergraph.graphql')
    .describe('supergraph SDL, followed when it changes; says where subgraphs are that no setting names'),
  trustedDocumentsPaths: fields
    .list('')
    .describe(
      "manifests of trusted documents, a comma list, followed when they change: Apollo's format, or ids and texts as Relay and GraphQL codegen write them",
    ),
  persistedOperationsOnly: fields
    .flag(false)
    .describe(
      'true: only trusted documents run, sent by id or as the same text; nothing else, also no introspection',
    ),
  apqBytesMax: limitOrOff(16 * 1024 * 1024).describe(
    'texts kept of automatic persisted queries; 0 keeps none, and clients send their texts each time',
  ),
  subscriptionProtocols: fields
    .list('')
    .pipe(z.array(subscriptionProtocol))
    .describe(
      'what subgraphs speak for subscriptions that do not speak graphql-transport-ws, a comma list of subgraph=sse or subgraph=callback',
    ),
  callbackUrl: z
    .url({ protocol: /^https?$/, error: 'must be a URL with http or https' })
    .optional()
    .describe(
      'this copy of the gateway as subgraphs reach it, which call /callback/ there; for those of SUBSCRIPTION_PROTOCOLS that speak callback',
    ),
  corsOrigins: fields.list('').describe('origins of web pages that may call, a comma list'),
  trustProxy: fields.flag(false).describe('true behind a proxy that appends to X-Forwarded-For'),
  introspectionEnabled: optionalFlag.describe('default true, false in production'),
  explorerEnabled: optionalFlag.describe('serves /explorer; default true, false in production'),
  subgraphTimeoutMs: fields.limit(5_000).describe('deadline of a request to a copy of a subgraph'),
  subgraphRetriesMax: fields
    .amount(2)
    .describe(
      'times that a query is sent again when no copy of a subgraph could be reached or kept its connection',
    ),
  subgraphRetryWaitMs: fields
    .limit(50)
    .describe('before the first time; twice as long before each other one'),
  subgraphRetryBudgetPercent: fields
    .amount(20)
    .describe('of the requests to a subgraph may be sent again, so that an outage does not multiply them'),
  subgraphCircuitFailuresPercent: fields
    .amount(50)
    .describe('of the requests to a copy of a subgraph fail: it is left alone; 0 never does'),
  subgraphCircuitRequestsMin: fields.limit(20).describe('fewer do not count for that'),
  subgraphCircuitWindowMs: fields.limit(10_000).describe('time over which they are counted'),
  subgraphCircuitOpenMs: fields
    .limit(1_000)
    .describe('time after which a copy that is left alone is asked again'),
  headerRules: headerRules.describe(
    'what subgraphs get of the headers of clients, and in addition, a JSON list: [docs/connections.md](connections.md#headers-to-subgraphs)',
  ),
  propagatedHeaderBytesMax: fields
    .limit(4 * 1024)
    .describe(
      'names and values of the headers of a client that HEADER_RULES passes on; what does not fit is left out',
    ),
  bodyBytesMax: fields.limit(256 * 1024).describe('longest HTTP body'),
  frameBytesMax: fields.limit(64 * 1024).describe('longest WebSocket frame from a client'),
  tokensMax: fields.limit(1_000).describe('lexical tokens of a document'),
  depthMax: fields.limit(10).describe('nesting of fields'),
  aliasesMax: fields.limit(15).describe('aliases of a document'),
  directivesMax: fields.limit(20).describe('directives of a document'),
  rootFieldsMax: fields.limit(20).describe('root fields of an operation'),
  costMax: fields
    .limit(1_000)
    .describe(
      'cost of an operation: an object costs 1, ten items of a page count as one, a mutation costs 10, and what the supergraph says by @cost and @listSize goes before',
    ),
  costListItems: fields
    .limit(1)
    .describe('items assumed of a list of which neither @listSize nor a page argument says how long it is'),
  demandControl: z
    .enum(['enforce', 'measure'])
    .default('enforce')
    .describe('measure refuses nothing for its cost and only counts it'),
  selectionsMax: fields
    .limit(5_000)
    .describe('fields and fragments of an operation, those of fragments counted wherever they are spread'),
  documentCharsMax: fields
    .limit(64 * 1024)
    .describe('characters of a document, comments and blanks included'),
  itemsMax: fields
    .limit(3_000)
    .describe('items all pages of an operation may hold, pages inside pages multiplied'),
  entityCacheBytesMax: fields
    .amount(32 * 1024 * 1024)
    .describe('public entities kept, e.g. names of people; 0 keeps none and joins no fetches'),
  plannerTimeoutMs: fields
    .limit(250)
    .describe('for the plan of an operation; one that takes longer is refused for a minute'),
  plannerWaitingMax: fields
    .limit(500)
    .describe('new operations that wait to be planned, beyond which more are refused'),
  overrideLabels: fields
    .list('')
    .describe('labels of progressive @override that are on, a comma list; percent(…) goes by the viewer'),
  answerBytesMax: fields
    .limit(32 * 1024 * 1024)
    .describe('longest answer to a client; one that would be longer is refused'),
  responseCacheBytesMax: fields
    .amount(0)
    .describe('whole answers kept that subgraphs call public, as long as they say; 0 keeps none'),
  fetchJoiningEnabled: fields
    .flag(true)
    .describe(
      'sends what several ask a subgraph in the same moment, word for word and on behalf of the same viewer, once',
    ),
  plansMax: fields.limit(1_000).describe('documents of sockets and streams kept, checked and planned'),
  compressionEnabled: fields
    .flag(true)
    .describe('compresses answers by HTTP with zstd, brotli or gzip for clients that take it'),
  compressionBytesMin: fields.limit(4 * 1024).describe('shorter answers go as they are'),
  compressionsMax: fields
    .limit(64)
    .describe('answers that are being compressed at a time; what comes meanwhile goes as it is'),
  connectionInitWaitMs: fields.limit(3_000).describe('time for connection_init'),
  socketOperationsMax: fields.limit(50).describe('running operations of a socket'),
  userSocketsMax: fields.limit(10).describe('sockets of a user in one gateway'),
  socketMessagesPerSecondMax: fields.limit(20).describe('messages a socket may send per second, for long'),
  socketBufferBytesMax: fields
    .limit(1024 * 1024)
    .describe(
      'unsent bytes beyond which a client that has taken none for 20 s is cut off, and 16 times that for one that reads; streams wait from 64 KiB on',
    ),
  subscriptionQueueBytesMax: fields
    .limit(4 * 1024 * 1024)
    .describe('bytes of results that wait for a slow socket, beyond which it is closed with its cursors'),
  socketCompressionEnabled: fields.flag(false).describe('permessage-deflate for sockets; costs far more CPU'),
  heartbeatMs: fields.limit(12_000).describe('time between pings on a socket'),
  streamHeartbeatMs: fields.limit(5_000).describe('time between heartbeats of a stream over HTTP'),
};

export type GatewayConfig = ReturnType<typeof readGatewayConfig>;

/** The validated settings; throws ConfigError. */
export function readGatewayConfig(environment?: NodeJS.ProcessEnv) {
  const config = readConfig(gatewayFields, findProblems, environment);
  const isProduction = config.nodeEnv === 'production';
  return {
    ...config,
    headerRules: config.headerRules ?? new HeaderRules([]),
    introspectionEnabled: config.introspectionEnabled ?? !isProduction,
    explorerEnabled: config.explorerEnabled ?? !isProduction,
  };
}

function findProblems(config: z.infer<z.ZodObject<typeof gatewayFields>>): string[] {
  const problems = [...kafkaRules(config), ...tokenRules(config)];
  if (
    config.callbackUrl === undefined &&
    config.subscriptionProtocols.some(({ protocol }) => protocol === 'callback')
  )
    problems.push('CALLBACK_URL: is missing, and a subgraph of SUBSCRIPTION_PROTOCOLS speaks callback');
  if (config.persistedOperationsOnly && config.trustedDocumentsPaths.length === 0)
    problems.push(
      'TRUSTED_DOCUMENTS_PATHS: is missing, and with PERSISTED_OPERATIONS_ONLY nothing else runs',
    );
  // A subgraph's calls would come to any of them, and each knows only its own subscriptions.
  if (config.callbackUrl !== undefined && config.workers > 1)
    problems.push('WORKERS: must be 1 with CALLBACK_URL; run several gateways, each with its own, instead');
  if (config.nodeEnv !== 'production') return problems;
  if (config.introspectionEnabled) problems.push('INTROSPECTION_ENABLED: must not be true in production');
  if (config.explorerEnabled) problems.push('EXPLORER_ENABLED: must not be true in production');
  return problems;
}
