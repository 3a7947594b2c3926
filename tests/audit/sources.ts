/** The texts that say what is right, for the cases to point at. */

const graphqlSpec = 'https://spec.graphql.org/October2021/';
const federation = 'https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/';
const webSocketProtocol = 'https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md';
const eventStreamProtocol = 'https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md';
const multipartProtocol =
  'https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol';

export const spec = {
  alias: `${graphqlSpec}#sec-Field-Alias`,
  arguments: `${graphqlSpec}#sec-Language.Arguments`,
  variables: `${graphqlSpec}#sec-Coercing-Variable-Values`,
  inputCoercion: `${graphqlSpec}#sec-Input-Objects.Input-Coercion`,
  listCoercion: `${graphqlSpec}#sec-List.Input-Coercion`,
  fragments: `${graphqlSpec}#sec-Language.Fragments`,
  merging: `${graphqlSpec}#sec-Field-Selection-Merging`,
  abstract: `${graphqlSpec}#sec-Value-Completion`,
  typename: `${graphqlSpec}#sec-Type-Name-Introspection`,
  order: `${graphqlSpec}#sec-Serialized-Map-Ordering`,
  skip: `${graphqlSpec}#sec--skip`,
  singleRoot: `${graphqlSpec}#sec-Single-root-field`,
  subscription: `${graphqlSpec}#sec-Subscription`,
  sourceStream: `${graphqlSpec}#sec-Source-Stream`,
  responseStream: `${graphqlSpec}#sec-Response-Stream`,
  unsubscribe: `${graphqlSpec}#sec-Unsubscribe`,
  errors: `${graphqlSpec}#sec-Errors`,
  nullBubbling: `${graphqlSpec}#sec-Handling-Field-Errors`,
  scalars: `${graphqlSpec}#sec-Scalars`,
  json: `${graphqlSpec}#sec-JSON-Serialization`,
  defer: 'https://github.com/graphql/graphql-spec/blob/main/rfcs/DeferStream.md',
} as const;

export const fed = {
  entities: `${federation}entities/intro`,
  contribute: `${federation}entities/contribute-fields`,
  subgraphSpec: `${federation}reference/subgraph-spec`,
  requires: `${federation}reference/directives#requires`,
  provides: `${federation}reference/directives#provides`,
  inaccessible: `${federation}reference/directives#inaccessible`,
  override: `${federation}reference/directives#override`,
  interfaceObject: `${federation}entities/interfaces`,
  subscriptions: 'https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/overview',
} as const;

export const ws = {
  init: `${webSocketProtocol}#connectioninit`,
  timeout: `${webSocketProtocol}#connection-initialisation-timeout`,
  ack: `${webSocketProtocol}#connectionack`,
  subscribe: `${webSocketProtocol}#subscribe`,
  next: `${webSocketProtocol}#next`,
  error: `${webSocketProtocol}#error`,
  complete: `${webSocketProtocol}#complete`,
  ping: `${webSocketProtocol}#ping`,
  invalid: `${webSocketProtocol}#invalid-message`,
  single: `${webSocketProtocol}#single-result-operation`,
  communication: `${webSocketProtocol}#communication`,
} as const;

export const sse = {
  distinct: `${eventStreamProtocol}#distinct-connections-mode`,
  single: `${eventStreamProtocol}#single-connection-mode`,
} as const;

export const multipart = {
  execution: `${multipartProtocol}#executing-a-subscription`,
  heartbeats: `${multipartProtocol}#heartbeats`,
  errors: `${multipartProtocol}#message-and-error-format`,
} as const;
