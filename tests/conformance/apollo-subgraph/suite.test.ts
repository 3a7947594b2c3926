/**
 * Apollo's federation subgraph compatibility suite on our subgraph server: the test files of the npm package as they are, 23 tests, with its own subgraphs
 * `users` and `inventory`. What it starts by docker, rover and pm2 is started here: composition by @apollo/composition, @apollo/gateway in the place of
 * Apollo Router, and node:test with jest's `expect` in the place of jest.
 */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, describe, it, test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { expect } from 'expect';
import { parse } from 'graphql';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { HttpServer } from '#platform/http.ts';
import { createHttpServer } from '#platform/http.ts';
import { internalKeyHeader } from '#platform/internal-key.ts';
import { findFreePorts } from '../../harness/free-ports.ts';
import { createProducts } from './products.ts';

interface GraphQLRequest {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
}

const require = createRequire(import.meta.url);
const suiteFolder = dirname(require.resolve('@apollo/federation-subgraph-compatibility-tests/package.json'));
const productsFile = join(suiteFolder, 'products.graphql');
const internalKey = 'k'.repeat(32);
const logger = pino({ level: 'silent' });

let products: HttpServer;
let router: ApolloServer;
const processes: ChildProcess[] = [];

before(async () => {
  const { route } = createProducts(productsFile, internalKey);
  products = await createHttpServer({
    host: '127.0.0.1',
    port: 0,
    routes: [route],
    checks: [],
    metrics: new Registry(),
    logger,
  });
  const [usersPort = 0, inventoryPort = 0] = await findFreePorts(2);
  const ports = { USERS_PORT: String(usersPort), INVENTORY_PORT: String(inventoryPort) };
  await Promise.all(['users', 'inventory'].map((name) => startSuiteSubgraph(name, ports)));
  router = await startRouter({ products: products.port, users: usersPort, inventory: inventoryPort });
});
after(async () => {
  await router?.stop();
  for (const child of processes) child.kill();
  await products?.[Symbol.asyncDispose]();
});

/** Resolves when it listens. */
async function startSuiteSubgraph(name: string, ports: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, ['index.js'], {
    cwd: join(suiteFolder, 'dist/subgraphs', name),
    env: { ...process.env, ...ports },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  processes.push(child);
  assert.deepEqual(await once(child, 'message'), ['ready', undefined]);
}

async function startRouter(ports: Readonly<Record<string, number>>): Promise<ApolloServer> {
  const services = Object.entries(ports).map(([name, port]) => ({
    name,
    url: `http://127.0.0.1:${port}/graphql`,
    typeDefs: parse(
      readFileSync(
        name === 'products' ? productsFile : join(suiteFolder, `dist/subgraphs/${name}/${name}.graphql`),
        'utf8',
      ),
    ),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  assert.ok(supergraphSdl !== undefined, errors?.join('\n'));
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ url = '' }) =>
      new RemoteGraphQLDataSource({
        url,
        willSendRequest: ({ request }) => request.http?.headers.set(internalKeyHeader, internalKey),
      }),
  });
  const server = new ApolloServer({ gateway, logger, stopOnTerminationSignals: false });
  await server.start();
  return server;
}

async function productsRequest(
  request: GraphQLRequest,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${products.port}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      [internalKeyHeader]: internalKey,
      ...headers,
    },
    body: JSON.stringify(request),
  });
  return response.json();
}

async function routerRequest(request: GraphQLRequest): Promise<unknown> {
  const { body } = await router.executeOperation(request);
  return body.kind === 'single' ? JSON.parse(JSON.stringify(body.singleResult)) : body;
}

/** Its test files ask by this module, which knows no other ports than the suite's own. */
function replaceClient(): void {
  const path = require.resolve('@apollo/federation-subgraph-compatibility-tests/dist/utils/client.js');
  const module = { id: path, filename: path, loaded: true, exports: { productsRequest, routerRequest } };
  require.cache[path] = module as unknown as NodeJS.Module;
}

let tests = 0;
const counted =
  (declare: typeof test) =>
  (name: string, run: () => Promise<void>): void => {
    tests += 1;
    void declare(name, run);
  };

replaceClient();
Object.assign(globalThis, { describe, expect, it: counted(it), test: counted(test) });
for (const file of globSync(join(suiteFolder, 'dist/tests/*.test.js')).sort()) require(file);
test('the suite is whole', () => assert.equal(tests, 23));
