/** What a subgraph learns of who asks: headers that say who the viewer is and where the client is. Read by subgraph-transport.ts and the entity cache. */
import { clientHeaders } from '#platform/subgraph/authenticate.ts';
import type { GatewayContext } from '../viewer.ts';

/** All that a subgraph learns of the viewer and the client: two requests with the same are from the same. */
export function toRequesterHeaders({ identity, client }: GatewayContext): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  if (identity.kind === 'viewer') headers.authorization = identity.authorization;
  if (client.ipAddress !== null) headers[clientHeaders.ipAddress] = client.ipAddress;
  if (client.userAgent !== null) headers[clientHeaders.userAgent] = client.userAgent;
  return headers;
}
