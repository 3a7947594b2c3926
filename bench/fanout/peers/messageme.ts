/** MessageMe's gateway in front of its own federation. */
import { join } from 'node:path';
import { probeHttp } from '#infra/stack/probes.ts';
import { projectDir } from '#infra/stack/settings.ts';
import type { Federation } from './federation.ts';
import type { Peer } from './peer.ts';
import type { ServerStarter } from './start-server.ts';
import { startServer } from './start-server.ts';

/** Not started. */
export function createMessageMePeer(federation: Federation, starter: ServerStarter): Peer {
  return {
    name: 'messageme',
    description: "MessageMe's gateway and federation: chat event, sender's name from auth",
    start: async (conversations) => {
      const settings = federation.network.processes.get('gateway')?.environment;
      const gateway = await startServer(starter, {
        name: 'messageme',
        args: () => [join(projectDir, 'gateway/main.ts')],
        environment: (port) => ({ ...settings, PORT: String(port) }),
        cwd: projectDir,
        isReady: probeHttp,
      });
      return federation.toRunningPeer(gateway, conversations);
    },
  };
}
