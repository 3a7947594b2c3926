/** Our gateway as its own process on the audit's supergraph, with tokens signed here; Kafka, which it reads revocations from, is that of the test stack. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createEnvironments } from '#infra/stack/environment.ts';
import { createNodeProgram } from '#infra/stack/node-programs.ts';
import { ensureSecrets } from '#infra/stack/secrets.ts';
import { createSupervisor } from '#infra/stack/supervisor.ts';
import { createTokenSigner } from '#platform/access-token.ts';
import { createSessionId, createUserId } from '#schema/ids.ts';
import { findFreePorts } from '#tests/harness/free-ports.ts';
import type { GatewayOptions, StartableGateway, StartedGateway } from './gateway.ts';

/** Six cases at a time open more sockets than one person may by default, and faster. */
const limits = { USER_SOCKETS_MAX: '200', SOCKET_MESSAGES_PER_SECOND_MAX: '200' };
const tokenTtlMs = 10 * 60_000;

export interface MessageMeOptions extends GatewayOptions {
  readonly kafkaBrokers: string;
  /** Settings besides those of the audit. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Each has a topic prefix of its own. */
export function createMessageMe(options: MessageMeOptions): StartableGateway {
  const jwtSecret = randomBytes(32).toString('base64url');
  const signer = createTokenSigner({
    accessTokenTtlMs: tokenTtlMs,
    jwtIssuer: 'messageme',
    jwtAudience: 'messageme',
    jwtSecret,
  });
  const authorize = () => {
    const { accessToken } = signer.sign({ userId: createUserId(), sessionId: createSessionId() });
    return `Bearer ${accessToken}`;
  };
  const authorization = { first: authorize(), second: authorize() };
  return {
    title: 'MessageMe',
    authorization,
    start: async (supergraphPath) => {
      const { target, ...started } = await startProcess(options, { supergraphPath, jwtSecret });
      return { ...started, target: { ...target, authorization } };
    },
  };
}

async function startProcess(
  { folder, kafkaBrokers, environment, print }: MessageMeOptions,
  { supergraphPath, jwtSecret }: { supergraphPath: string; jwtSecret: string },
): Promise<StartedGateway> {
  const [gateway] = await findFreePorts(1);
  const none = { auth: 0, chat: 0, storage: 0, store: 0, directory: 0, postgres: 0, mailbox: 0, smtp: 0 };
  const ports = { ...none, gateway, kafka: 0, kafkaController: 0 };
  const logDir = join(folder, 'logs');
  mkdirSync(logDir, { recursive: true });
  const environments = createEnvironments({
    ports,
    secrets: ensureSecrets(folder),
    authDatabaseUrl: '',
    storageDatabaseUrl: '',
    kafkaBrokers,
    kafkaTopicPrefix: `audit_${randomBytes(4).toString('hex')}.`,
    smtpUrl: '',
    logLevel: 'info',
    jwtSecret,
    compileCacheDir: join(folder, 'compile-cache'),
    inherited: process.env,
  });
  await using started = new AsyncDisposableStack();
  const supervisor = started.use(
    createSupervisor({ runRoot: join(folder, 'run'), logDir, verbose: false, print }),
  );
  const env = { ...environments.gateway, SUPERGRAPH_PATH: supergraphPath, ...limits, ...environment };
  const program = supervisor.run(createNodeProgram('gateway', { ports, env }));
  await program.ready;
  const owned = started.move();
  const address = `127.0.0.1:${gateway}/graphql`;
  return {
    target: {
      url: `http://${address}`,
      wsUrl: `ws://${address}`,
      authorization: { first: '', second: '' },
      reload: null,
      pid: () => program.pid(),
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
