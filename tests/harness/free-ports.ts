/** Ports for test processes, outside the range the system hands to outgoing connections, and apart for test files that run at the same time. */
import { findTakenPorts } from '#infra/stack/ports.ts';

const firstPort = 10_000;
const portCount = 20_000;
const perProcess = 64;

let offset = (process.pid * perProcess) % portCount;

type Ports<Count extends number, Found extends number[] = []> = Found['length'] extends Count
  ? Found
  : Ports<Count, [...Found, number]>;

/** So many ports that nobody listens on now and that this process has not handed out before. */
export async function findFreePorts<Count extends number>(count: Count): Promise<Ports<Count>> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = firstPort + offset;
    offset = (offset + 1) % portCount;
    if ((await findTakenPorts(new Map([['PORT', port]]))).length === 0) ports.push(port);
  }
  return ports as Ports<Count>;
}
