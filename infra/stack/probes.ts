/** Asks a part whether it works: true, false, never an error, within probeTimeoutMs. Called by the supervisor and status.ts. */
import { connect } from 'node:net';
import { createChannel, createClient } from 'nice-grpc';
import { HealthDefinition } from 'nice-grpc-server-health';
import pg from 'pg';

const probeTimeoutMs = 2_000;

/** SERVING in grpc.health.v1. */
const servingStatus = 1;
/** A Kafka ApiVersions v0 request: length, key 18, version 0, correlation id 1, no client id. */
const apiVersionsRequest = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

/** Whether /health/ready answers 200. */
export async function probeHttp(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`, {
      signal: AbortSignal.timeout(probeTimeoutMs),
    });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

/** Whether the gRPC health service says SERVING. */
export async function probeGrpc(port: number): Promise<boolean> {
  const channel = createChannel(`127.0.0.1:${port}`);
  try {
    const answer = await createClient(HealthDefinition, channel).check(
      { service: '' },
      { signal: AbortSignal.timeout(probeTimeoutMs) },
    );
    return answer.status === servingStatus;
  } catch {
    return false;
  } finally {
    channel.close();
  }
}

/** Whether the server takes a query of this user; with `dataDir`, whether it is the one that serves this folder. */
export async function probePostgres(url: string, dataDir?: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: probeTimeoutMs });
  // A server that goes away reports on the client as well as in the call below.
  client.on('error', () => undefined);
  try {
    await client.connect();
    if (dataDir === undefined) return (await client.query('select 1')).rowCount === 1;
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory === dataDir;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Whether one of the brokers (a comma list) answers a Kafka request. */
export async function probeKafka(brokers: string): Promise<boolean> {
  const answers = await Promise.all(brokers.split(',').map((broker) => probeBroker(broker.trim())));
  return answers.includes(true);
}

function probeBroker(broker: string): Promise<boolean> {
  const separator = broker.lastIndexOf(':');
  return new Promise((resolve) => {
    const socket = connect(Number(broker.slice(separator + 1)), broker.slice(0, separator));
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(probeTimeoutMs, () => finish(false));
    socket.on('connect', () => socket.write(apiVersionsRequest));
    socket.on('data', () => finish(true));
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
  });
}

/** Whether something accepts connections. */
export function probeTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(probeTimeoutMs, () => finish(false));
    socket.on('connect', () => finish(true));
    socket.on('error', () => finish(false));
  });
}
