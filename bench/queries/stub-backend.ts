/** What every gateway stands in front of: stub-subgraphs/process.ts, and the supergraph composed for its address. Started by measure-queries.ts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { probeTcp } from '#infra/stack/probes.ts';
import type { Server, ServerStarter } from '../start-server.ts';
import { startServer } from '../start-server.ts';
import { subgraphSdl } from './conversation.ts';

const script = fileURLToPath(import.meta.resolve('./stub-subgraphs/process.ts'));

/** All subgraphs answer on one port. */
export function startStubBackend(starter: ServerStarter): Promise<Server> {
  return startServer(starter, {
    name: 'stub-subgraphs',
    hasOwnCore: false,
    args: (port) => [script, String(port)],
    environment: () => ({ ...process.env, NODE_ENV: 'production' }),
    isReady: probeTcp,
  });
}

export interface SupergraphFile {
  readonly path: string;
  readonly sdl: string;
}

/** The path of the supergraph of the subgraphs on this port. */
export function writeSupergraph(folder: string, port: number): SupergraphFile {
  const services = Object.entries(subgraphSdl).map(([name, sdl]) => ({
    name,
    url: `http://127.0.0.1:${port}/${name}`,
    typeDefs: parse(sdl),
  }));
  const { supergraphSdl: sdl, errors = [] } = composeServices(services);
  if (sdl === undefined) throw new Error(errors.map(({ message }) => message).join('\n'));
  const path = join(folder, 'supergraph.graphql');
  writeFileSync(path, sdl);
  return { path, sdl };
}
