/**
 * The container's health check: /health/ready on PORT, or for the message store, which speaks gRPC only, the gRPC
 * health service on GRPC_PORT. Exits with 0 when the process is ready. Called by Docker, see infra/Dockerfile.
 */
import { createChannel, createClient } from 'nice-grpc';
import { HealthDefinition } from 'nice-grpc-server-health';

const timeoutMs = 2_500;
const servingStatus = 1;
const { PORT, GRPC_PORT } = process.env;

async function isReady() {
  const signal = AbortSignal.timeout(timeoutMs);
  if (PORT) return (await fetch(`http://127.0.0.1:${PORT}/health/ready`, { signal })).ok;
  const client = createClient(HealthDefinition, createChannel(`127.0.0.1:${GRPC_PORT}`));
  return (await client.check({ service: '' }, { signal })).status === servingStatus;
}

isReady().then(
  (ready) => process.exit(ready ? 0 : 1),
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
