/** What a subgraph learns of who asks: headers that say who the viewer is and where the client is. Read by subgraph-transport.ts and the entity cache. */
import { clientHeaders } from '#platform/subgraph/authenticate.ts';
import type { GatewayContext } from '../viewer.ts';
import type { HeaderRules, Headers } from './header-rules.ts';

/** All that a subgraph learns of the viewer and the client, but for what HEADER_RULES adds. */
export function toRequesterHeaders({ identity, client }: GatewayContext): Headers {
  const headers: Record<string, string> = {};
  if (identity.kind === 'viewer') headers.authorization = identity.authorization;
  if (client.ipAddress !== null) headers[clientHeaders.ipAddress] = client.ipAddress;
  if (client.userAgent !== null) headers[clientHeaders.userAgent] = client.userAgent;
  return headers;
}

/** With what the rules add for this subgraph. */
export function createToHeaders(rules: HeaderRules, subgraph: string): (context: GatewayContext) => Headers {
  const add = rules.forSubgraph(subgraph);
  if (add === null) return toRequesterHeaders;
  return (context) => ({ ...add(context.client.headers), ...toRequesterHeaders(context) });
}
