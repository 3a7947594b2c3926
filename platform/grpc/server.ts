/**
 * A gRPC server of ours: answers only callers that present the internal key, masks unexpected errors, tells its health.
 * Called by the composition roots of the message store and auth; the services are theirs.
 */

import type { Server, ServerMiddleware } from 'nice-grpc';
import { createServer, ServerError, Status } from 'nice-grpc';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { internalKeyHeader } from '#platform/internal-key.ts';
import type { Logger } from '#platform/logger.ts';
import { createSecretCheck } from '#platform/secret-check.ts';
import { messageBytesMax, pingMs, pingTimeoutMs } from './limits.ts';

export interface GrpcServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly internalKey: string;
  readonly logger: Logger;
  /** Adds the services. */
  readonly register: (server: Server) => void;
  /** The answer to an error of the service's own types; null for those it doesn't know, which become INTERNAL. */
  readonly toServerError: (error: unknown) => ServerError | null;
}

export interface GrpcServer extends AsyncDisposable {
  readonly port: number;
  /** What grpc.health.v1 answers from now on. */
  setServing(serving: boolean): void;
}

const stopMaxMs = 5_000;

/** Listens when it resolves; not serving by its health service until `setServing(true)`. Disposing it lets running calls end, for 5 s. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const health = HealthState();
  health.setStatus('unhealthy');
  const server = createServer({
    'grpc.max_receive_message_length': messageBytesMax,
    'grpc.max_send_message_length': messageBytesMax,
    'grpc.keepalive_time_ms': pingMs,
    'grpc.keepalive_timeout_ms': pingTimeoutMs,
  })
    .use(createErrorMapping(options))
    .use(createCallerCheck(options.internalKey));
  server.add(HealthDefinition, HealthServiceImpl(health));
  options.register(server);
  const port = await server.listen(`${options.host}:${options.port}`);
  return {
    port,
    setServing: (serving) => health.setStatus(serving ? 'healthy' : 'unhealthy'),
    async [Symbol.asyncDispose]() {
      health.setStatus('unhealthy');
      const overdue = setTimeout(() => server.forceShutdown(), stopMaxMs);
      await server.shutdown();
      clearTimeout(overdue);
    },
  };
}

const openServicePath = `/${HealthDefinition.fullName}/`;

function createCallerCheck(internalKey: string): ServerMiddleware {
  const isOurs = createSecretCheck(internalKey);
  return async function* checkCaller(call, context) {
    const presented = context.metadata.get(internalKeyHeader);
    if (!call.method.path.startsWith(openServicePath) && !isOurs(presented)) {
      throw new ServerError(Status.UNAUTHENTICATED, 'the internal key is missing or wrong');
    }
    return yield* call.next(call.request, context);
  };
}

function createErrorMapping({ logger, toServerError }: GrpcServerOptions): ServerMiddleware {
  return async function* mapErrors(call, context) {
    try {
      return yield* call.next(call.request, context);
    } catch (error) {
      if (error instanceof ServerError || isAbort(error)) throw error;
      const answer = toServerError(error);
      if (answer !== null) throw answer;
      logger.error({ method: call.method.path, err: error }, 'a gRPC call failed');
      throw new ServerError(Status.INTERNAL, 'internal error');
    }
  };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
