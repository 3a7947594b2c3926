/** The gateway process: the one endpoint that clients see. Started by infra/stack and by the container image. */
import { runService } from '#platform/service.ts';
import { withWorkers } from '#platform/workers/fleet.ts';
import { readGatewayConfig } from './config.ts';
import { startGateway } from './gateway.ts';

await runService('gateway', readGatewayConfig, withWorkers(startGateway));
