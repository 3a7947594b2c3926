/** HEALTHCHECK of the image: exits with 0 when the process in this container says it is ready, over HTTP where it has a PORT, else over gRPC. */
import { probeGrpc, probeHttp } from './stack/probes.ts';

const { PORT, GRPC_PORT } = process.env;
const isReady = PORT === undefined ? await probeGrpc(Number(GRPC_PORT)) : await probeHttp(Number(PORT));
process.exitCode = isReady ? 0 : 1;
