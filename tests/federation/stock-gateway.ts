/** Apollo Server with Apollo Gateway, as their manuals put them together. */
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { setEnvironmentVariable } from '#platform/config.ts';
import type { AuditedGateway } from './audit.ts';

/** One server for each supergraph, kept until the end. */
export function createStockGateway(): AuditedGateway {
  const servers = new Map<string, Promise<ApolloServer>>();
  return {
    async execute({ supergraphSdl, query, variables }) {
      let starting = servers.get(supergraphSdl);
      if (starting === undefined) {
        starting = startServer(supergraphSdl);
        servers.set(supergraphSdl, starting);
      }
      const server = await starting;
      const { body } = await server.executeOperation({ query, variables });
      if (body.kind !== 'single') throw new Error('an incremental answer');
      return JSON.parse(JSON.stringify(body.singleResult));
    },
    async [Symbol.asyncDispose]() {
      for (const starting of servers.values()) await (await starting).stop();
    },
  };
}

async function startServer(supergraphSdl: string): Promise<ApolloServer> {
  setEnvironmentVariable('APOLLO_TELEMETRY_DISABLED', '1');
  const ignore = () => undefined;
  const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const server = new ApolloServer({
    gateway: new ApolloGateway({ supergraphSdl, logger: silent }),
    logger: silent,
    stopOnTerminationSignals: false,
  });
  await server.start();
  return server;
}
