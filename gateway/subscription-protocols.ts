/** What the subgraphs speak for subscriptions, by the settings, and the route on which those call that speak HTTP callbacks. Made by gateway.ts. */
import type { Route } from '#platform/http.ts';
import type { GatewayConfig } from './config.ts';
import { createCallbackEndpoint } from './subscriptions/callback-endpoint.ts';
import type { UpstreamProtocol } from './subscriptions/upstream.ts';

export interface SubscriptionProtocols {
  protocolOf(subgraph: string): UpstreamProtocol;
  readonly routes: readonly Route[];
}

/** graphql-transport-ws for every subgraph that the settings do not name. */
export function createSubscriptionProtocols({
  subscriptionProtocols,
  callbackUrl,
}: GatewayConfig): SubscriptionProtocols {
  const endpoint = callbackUrl === undefined ? null : createCallbackEndpoint(callbackUrl);
  const protocols = new Map(
    subscriptionProtocols.map(({ subgraph, protocol }) => [subgraph, protocol] as const),
  );
  return {
    protocolOf: (subgraph) => {
      const kind = protocols.get(subgraph) ?? 'transport-ws';
      if (kind !== 'callback') return { kind };
      if (endpoint === null) throw new Error('subgraphs have no URL to call back');
      return { kind, endpoint };
    },
    routes: endpoint === null ? [] : [endpoint.route],
  };
}
