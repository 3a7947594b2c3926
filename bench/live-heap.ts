/**
 * What a Node process keeps after a garbage collection, asked over its inspector: resident memory is that and the garbage of whatever it did before, which a
 * young process keeps for long. Used by fanout/measure-cell.ts.
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

export interface Inspected {
  readonly pid: number;
  /** Given to Node as --inspect-port. */
  readonly inspectPort: number;
}

interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize: number;
  readonly backingStorageSize: number;
}

const triesMax = 50;
const pauseMs = 100;

/** KiB of objects and buffers. Rejects when the process opens no inspector. */
export async function readLiveHeapKb({ pid, inspectPort }: Inspected): Promise<number> {
  process.kill(pid, 'SIGUSR1');
  const socket = new WebSocket(await findDebugger(inspectPort));
  await once(socket, 'open');
  try {
    await ask(socket, 1, 'HeapProfiler.collectGarbage');
    const usage = (await ask(socket, 2, 'Runtime.getHeapUsage')) as HeapUsage;
    return (usage.usedSize + usage.embedderHeapUsedSize + usage.backingStorageSize) / 1024;
  } finally {
    socket.terminate();
  }
}

async function findDebugger(port: number): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/json/list`);
      const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
      if (target !== undefined) return target.webSocketDebuggerUrl;
      throw new Error('it has nothing to inspect');
    } catch (error) {
      if (tries === triesMax) throw new Error(`no inspector on port ${port}`, { cause: error });
      await delay(pauseMs);
    }
  }
}

async function ask(socket: WebSocket, id: number, method: string): Promise<unknown> {
  const answered = new Promise<unknown>((resolve, reject) => {
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as { id?: number; result?: unknown; error?: object };
      if (message.id !== id) return;
      if (message.error === undefined) resolve(message.result);
      else reject(new Error(`${method}: ${JSON.stringify(message.error)}`));
    });
    socket.once('close', () => reject(new Error(`${method}: the inspector went away`)));
  });
  socket.send(JSON.stringify({ id, method }));
  return answered;
}
