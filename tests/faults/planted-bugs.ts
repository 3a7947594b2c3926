/**
 * Ten ways to break the promise, as patches of the source: loaded into the processes of a fault run by preload/plant-bug.ts, so that
 * production code holds no switch for them. planted-bugs.test.ts keeps each patch in step with the source; `npm run test:faults -- --planted`
 * shows that the checker catches them all.
 */
import type { ViolationKind } from './checker.ts';

interface Patch {
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface PlantedBug {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** Faults that bring it to light; none when ordinary traffic does. */
  readonly kinds: readonly string[];
  /** For kinds that happen at a fail point: these only. */
  readonly points: readonly string[];
  /** At least one of these is what the checker says. */
  readonly caughtAs: readonly ViolationKind[];
}

const append = 'subgraphs/storage/store/append/append.ts';
const load = 'subgraphs/storage/store/append/load.ts';
const migration = 'subgraphs/storage/store/db/migrations/initial.ts';

/** The store finds no earlier message under a clientMessageId, and no constraint stops a second one. */
const noDeduplication: readonly Patch[] = [
  {
    file: load,
    find: 'state.messages.set(messageKey(message), { message, bodyHash: row.body_hash, eventSeq: row.event_seq });',
    replace: '',
  },
  {
    file: migration,
    find: 'CONSTRAINT message_key UNIQUE (conversation_id, sender_id, client_message_id),',
    replace: '',
  },
  {
    file: migration,
    find: 'event_seq bigint NOT NULL,\n      PRIMARY KEY (conversation_id, seq),',
    replace: 'event_seq bigint NOT NULL,\n      PRIMARY KEY (conversation_id, seq)',
  },
  { file: migration, find: 'CONSTRAINT message_id UNIQUE (id, conversation_id)\n', replace: '\n' },
];

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'the offset is committed before the database',
    patches: [
      { file: append, find: 'function appendBatch(', replace: 'async function appendBatch(' },
      {
        file: append,
        find: 'return inTransaction(pool, settings, async (client) => {\n    const nextOffset = await fence(client, request);',
        replace:
          'const nextOffset = await inTransaction(pool, settings, (client) => fence(client, request));\n  return inTransaction(pool, settings, async (client) => {',
      },
    ],
    kinds: ['kill-at-point', 'postgres-kill'],
    points: ['append.written'],
    caughtAs: ['lost'],
  },
  {
    name: 'no ON CONFLICT',
    patches: noDeduplication,
    kinds: [],
    points: [],
    caughtAs: ['duplicated', 'contradictory'],
  },
  {
    name: 'one serial number as the cursor over several writers',
    patches: [
      {
        file: 'subgraphs/chat/live/inbox-source.ts',
        find: 'numberOf: (event) => ({ lane: event.partition, seq: event.logSeq }),',
        replace: 'numberOf: (event) => ({ lane: 0, seq: event.logSeq }),',
      },
      {
        file: 'subgraphs/chat/live/inbox-source.ts',
        find: '.set(partition, logSeq)',
        replace: '.set(0, logSeq)',
      },
    ],
    kinds: [],
    points: [],
    caughtAs: ['lost', 'stuck'],
  },
  {
    name: 'replay before buffering',
    patches: [
      {
        file: 'subgraphs/chat/live/inbox-source.ts',
        find: `if (hub.attachInbox(buffer, { viewerId, conversationIds, top: last }))
          return { logEpoch, last, first };`,
        replace: `setTimeout(() => hub.attachInbox(buffer, { viewerId, conversationIds, top: last }), 300);
        return { logEpoch, last, first };`,
      },
      {
        file: 'subgraphs/chat/live/event-hub.ts',
        find: 'for (const arrival of passed) this.#offerPassed(buffer, inbox.viewerId, arrival);',
        replace: '',
      },
    ],
    kinds: [],
    points: [],
    caughtAs: ['lost', 'stuck'],
  },
  {
    name: 'published before the commit',
    patches: [
      {
        file: 'subgraphs/storage/store/db/statements.ts',
        find: "const commit = await sorted(client.query('COMMIT'));",
        replace: `if (settings.includes('enable_seqscan')) {
      isLate = true;
      void delay(500).then(() => client.query('COMMIT')).then(() => client.release(), () => client.release(true));
      return result;
    }
    const commit = await sorted(client.query('COMMIT'));`,
      },
      {
        file: 'subgraphs/storage/store/db/statements.ts',
        find: 'let isClean = false;',
        replace: 'let isClean = false;\n  let isLate = false;',
      },
      {
        file: 'subgraphs/storage/store/db/statements.ts',
        find: 'client.release(!isClean);',
        replace: 'if (!isLate) client.release(!isClean);',
      },
    ],
    kinds: [],
    points: [],
    caughtAs: ['stale', 'lost', 'diverged'],
  },
  {
    name: 'copies that share a consumer group: each sees only its partitions',
    patches: [
      {
        file: 'subgraphs/chat/live/event-feed.ts',
        find: 'for (const record of records) await this.#takeRecord(record);',
        replace: `const copy = Number(process.env.CLOCK_NAME.at(-1));
    for (const record of records) if (record.partition % 2 === copy % 2) await this.#takeRecord(record);`,
      },
    ],
    kinds: [],
    points: [],
    caughtAs: ['stuck', 'lost'],
  },
  {
    name: 'concurrent sends of an idempotent kafkajs producer',
    patches: [
      {
        file: 'platform/kafka/ordered-producer.ts',
        find: 'return { offset: await lane.send(record) };',
        replace: `lanes.stock ??= (async () => {
        const stock = kafka.producer({ idempotent: true, retry: { retries: 5, initialRetryTime: 100 } });
        await stock.connect();
        return stock;
      })();
      const stock = await lanes.stock;
      const [{ baseOffset }] = await stock.send({ topic, acks: -1, messages: [{ ...record, partition }] });
      return { offset: BigInt(baseOffset) };`,
      },
    ],
    kinds: ['produce-replies-lost'],
    points: [],
    caughtAs: ['lost'],
  },
  {
    name: 'no fencing, where nothing else tells a repeated record',
    patches: [
      ...noDeduplication,
      {
        file: append,
        find: 'WHERE topic_id = $1 AND partition = $2 AND owner_epoch = $3 AND next_offset = $4',
        replace: 'WHERE topic_id = $1 AND partition = $2 AND $3::bigint > 0 AND $4::bigint >= 0',
      },
    ],
    kinds: ['stop-at-point'],
    points: ['persist.before-append'],
    caughtAs: ['duplicated'],
  },
  {
    name: 'the token is checked only at connect',
    patches: [
      {
        file: 'gateway/gateway.ts',
        find: 'stack.defer(revoked.onRevoked((sessionId) => connections.closeSession(sessionId)));',
        replace: '',
      },
      {
        file: 'subgraphs/chat/live/viewer-streams.ts',
        find: 'for (const end of bySession.get(sessionId) ?? []) setTimeout(end, graceMs);',
        replace: 'void sessionId;',
      },
    ],
    kinds: [],
    points: [],
    caughtAs: ['leaked'],
  },
  {
    name: 'acknowledged before it is produced',
    patches: [
      {
        file: 'subgraphs/chat/commands/command-bus.ts',
        find: 'await produce(command, createCommandId(), partition);',
        replace: 'produce(command, createCommandId(), partition).catch(() => undefined);',
      },
    ],
    kinds: ['kill-at-point'],
    points: ['send.before-produce'],
    caughtAs: ['lost'],
  },
];

/** The bug of this name; throws for any other name. */
export function findPlantedBug(name: string): PlantedBug {
  const bug = plantedBugs.find((known) => known.name === name);
  if (bug === undefined) throw new Error(`there is no planted bug "${name}"`);
  return bug;
}

/** The source with the bug; throws when a patch does not fit any more. */
export function applyPatches(source: string, file: string, patches: readonly Patch[]): string {
  let patched = source;
  for (const patch of patches) {
    if (patch.file !== file) continue;
    if (patched.split(patch.find).length !== 2) throw new Error(`${file} does not hold once: ${patch.find}`);
    patched = patched.replace(patch.find, () => patch.replace);
  }
  return patched;
}
