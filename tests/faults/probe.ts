/**
 * Measures recovery: a message to one conversation of every partition, each repeated until it is answered as stored. Its messages are part of
 * the history like everybody's. Made by run-faults.ts.
 */
import pg from 'pg';
import type { History } from './history.ts';
import type { Population, Room } from './population.ts';
import type { Random } from './random.ts';
import type { Scene } from './scene.ts';
import { createSend, sendUntilAnswered } from './writers.ts';

export interface ProbeOptions {
  readonly scene: Scene;
  readonly population: Population;
  readonly history: History;
  readonly random: Random;
}

/** A probe: given when the fault was over, resolves to the milliseconds from then until all are stored; null when one never was. */
export async function createProbe(options: ProbeOptions): Promise<(since: number) => Promise<number | null>> {
  const { scene, history, random } = options;
  const rooms = await findRoomPerPartition(options);
  let probes = 0;
  return async (since) => {
    probes += 1;
    const name = `probe ${probes}`;
    const sends = rooms.map(async (room, index) => {
      const [person] = room.members;
      if (person === undefined) throw new Error('a conversation without members');
      const writer = `${name}.${index}`;
      const send = createSend({ name: writer, history }, room, writer);
      const { gatewayUrls } = scene;
      const onStored = () => undefined;
      await sendUntilAnswered(
        { name: writer, person, gatewayUrls, history, random, onStored },
        [send],
        'STORED',
      );
      return send.outcome === 'ok';
    });
    const answers = await Promise.all(sends);
    return answers.every(Boolean) ? performance.now() - since : null;
  };
}

/** The partition is no part of the public API: it is read from the database before anything breaks. */
async function findRoomPerPartition({ scene, population }: ProbeOptions): Promise<Room[]> {
  const client = new pg.Client({ connectionString: scene.network.storageDatabaseUrl });
  await client.connect();
  const { rows } = await client.query<{ id: string; partition: number }>(
    'select id, partition from conversation',
  );
  await client.end();
  const partitionOf = new Map(rows.map(({ id, partition }) => [id, partition]));
  const byPartition = new Map(population.conversations.map((room) => [partitionOf.get(room.id), room]));
  return [...byPartition.values()];
}
