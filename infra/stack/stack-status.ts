/** Asks every part of a running stack how it is. Called by status.ts. */
import type { NodeProcessName } from './environment.ts';
import { nodeProcesses, probeNodeProcess } from './node-programs.ts';
import { probeKafka, probeTcp } from './probes.ts';
import { readRunnerNote } from './runner-note.ts';
import { demoPassword } from './seed.ts';
import type { StackSettings } from './settings.ts';
import { renderTable } from './table.ts';

/** Prints the table and the health of the parts. Returns 0 when all work, else 1. */
export async function printStatus({ dataDir }: StackSettings): Promise<number> {
  const note = readRunnerNote(dataDir);
  if (note === null) {
    process.stdout.write('MessageMe is not running here. Start it with npm start.\n');
    return 1;
  }
  const { ports, external } = note;
  const probes = [
    ...(external.postgres ? [] : [probe('postgres', ports.postgres, probeTcp(ports.postgres))]),
    ...(external.kafka ? [] : [probe('kafka', ports.kafka, probeKafka(`127.0.0.1:${ports.kafka}`))]),
    ...(Object.keys(nodeProcesses) as NodeProcessName[]).map((name) =>
      probe(name, ports[nodeProcesses[name].health.port], probeNodeProcess(name, ports)),
    ),
  ];
  const parts = await Promise.all(probes);
  const title = note.ready ? `running (pid ${note.pid})` : `starting (pid ${note.pid})`;
  const health = parts.map(
    ({ name, port, works }) =>
      `  ${name.padEnd(10)}${String(port).padEnd(7)}${works ? 'works' : 'is not ready'}`,
  );
  const table = renderTable({
    ports,
    password: demoPassword,
    title,
    hasAccounts: note.ready,
    closing: 'Ctrl+C where npm start runs stops everything.',
  });
  process.stdout.write(`${table}\n${health.join('\n')}\n`);
  return parts.every(({ works }) => works) ? 0 : 1;
}

async function probe(name: string, port: number, answer: Promise<boolean>) {
  return { name, port, works: await answer };
}
