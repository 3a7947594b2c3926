/** `npm run dead-letters`: commands that could not be applied, to look at, to replay or to discard. Run through infra/bootstrap.mjs. */
import type pg from 'pg';
import { pino } from 'pino';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { Command } from '#schema/generated/events.ts';
import { UsageError } from '../command-line.ts';
import type { StackSettings } from '../stack/settings.ts';
import { describeFate, replayLetter } from './dead-letter-replay.ts';
import type { DeadLetter, LetterPlace } from './dead-letter-rows.ts';
import { countLetters, findLetter, listLetters, markDiscarded } from './dead-letter-rows.ts';
import { connectDatabase, connectKafka } from './installation.ts';
import type { Arguments } from './operator-command.ts';
import { OperatorError, runOperatorCommand } from './operator-command.ts';

const help = `npm run dead-letters -- [command] [options]

Commands that could not be applied, and what became of them.

  list                         those nobody has dealt with (the default); --all lists the others too
                               --json prints one JSON object a line, --limit <n> at most so many (50)
  show <partition> <offset>    one of them with its bytes
  replay <partition> <offset>  puts it on chat.commands again, as it was; the store decides it anew
  replay --all                 the same for all that nobody has dealt with, in their order
                               --again also when it was replayed or discarded before
  discard <partition> <offset> --reason <text>
                               nothing is to be done about it; it stays in the table with the reason

  --topic <id>                 which topic is meant, when chat.commands was made anew since

For the installation of npm start in this folder, or the one that STORAGE_DATABASE_URL, KAFKA_BROKERS and KAFKA_TOPIC_PREFIX name.
`;
const limitDefault = 50;
const decidedWaitMs = 10_000;
const replayAtOnceMax = 100_000;
const reasonCharsMax = 80;
const shownBytesMax = 4_096;

await runOperatorCommand({
  help,
  options: {
    all: { type: 'boolean' },
    again: { type: 'boolean' },
    json: { type: 'boolean' },
    limit: { type: 'string' },
    reason: { type: 'string' },
    topic: { type: 'string' },
  },
  async run(given, settings) {
    const database = await connectDatabase(settings);
    try {
      await choose(given, settings, database);
    } finally {
      await database.end();
    }
  },
});

async function choose(given: Arguments, settings: StackSettings, database: pg.Client): Promise<void> {
  const [name = 'list', ...rest] = given.positionals;
  switch (name) {
    case 'list':
      return list(given, database);
    case 'show':
      return show(await findLetter(database, readPlace(rest, given)));
    case 'replay':
      return replay(given, settings, database);
    case 'discard': {
      const reason = given.texts.get('reason') ?? '';
      if (reason === '') throw new UsageError('discard needs --reason <text>.');
      await markDiscarded(database, await findLetter(database, readPlace(rest, given)), reason);
      return print('discarded');
    }
    default:
      throw new UsageError(`There is no command ${name}.`);
  }
}

async function list({ flags, texts }: Arguments, database: pg.Client): Promise<void> {
  const limit = readCount(texts.get('limit') ?? String(limitDefault), '--limit');
  const letters = await listLetters(database, { all: flags.has('all'), limit });
  if (flags.has('json')) {
    for (const letter of letters) print(JSON.stringify(toJson(letter)));
    return;
  }
  const count = await countLetters(database);
  const header = ['partition', 'offset', 'when', 'bytes', 'key', 'state', 'reason'];
  if (letters.length > 0) print(toTable([header, ...letters.map(toRow)]));
  print(`${letters.length} shown, ${count.open} to deal with, ${count.all} in all`);
}

function show(letter: DeadLetter): void {
  for (const [name, value] of Object.entries(toJson(letter))) print(`${name.padEnd(16)}${value}`);
  print(`value           ${describeBytes(letter)}`);
  print(`decoded         ${decode(letter.value)}`);
}

async function replay(given: Arguments, settings: StackSettings, database: pg.Client): Promise<void> {
  const { flags, positionals } = given;
  const places: readonly LetterPlace[] = flags.has('all')
    ? await listLetters(database, { all: false, limit: replayAtOnceMax })
    : [readPlace(positionals.slice(1), given)];
  await using access = await connectKafka(settings);
  await using producer = createOrderedProducer({ kafka: access.kafka, logger: pino({ level: 'silent' }) });
  const parts = { database, access, producer };
  const written: { partition: number; from: bigint; offset: bigint }[] = [];
  for (const place of places) {
    try {
      const offset = await replayLetter(parts, place, flags.has('again'));
      written.push({ partition: place.partition, from: place.offset, offset });
    } catch (error) {
      // Of all, one that can't be replayed keeps none of the others.
      if (!(error instanceof OperatorError) || !flags.has('all')) throw error;
      print(`${error.message} ${error.advice}`);
    }
  }
  const giveUpAt = performance.now() + decidedWaitMs;
  for (const place of written) {
    const fate = await describeFate(parts, place, giveUpAt);
    print(`partition ${place.partition}, offset ${place.from} -> offset ${place.offset}: ${fate}`);
  }
  print(`${written.length} replayed, ${places.length - written.length} refused`);
}

function readPlace([partition, offset]: readonly string[], { texts }: Arguments): LetterPlace {
  if (partition === undefined || offset === undefined)
    throw new UsageError('Say which one: <partition> <offset>.');
  return {
    partition: readCount(partition, 'the partition'),
    offset: BigInt(readCount(offset, 'the offset')),
    topicId: texts.get('topic'),
  };
}

function readCount(text: string, name: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count)) throw new UsageError(`${name} must be a number.`);
  return count;
}

function toJson(letter: DeadLetter): Record<string, string | number | null> {
  const { replayed, discarded } = letter;
  return {
    topicId: letter.topicId,
    partition: letter.partition,
    offset: Number(letter.offset),
    storedAt: letter.storedAt.toISOString(),
    valueBytes: letter.valueBytes,
    key: printable(letter.key),
    reason: letter.reason,
    replayedAt: replayed?.at.toISOString() ?? null,
    replayedOffset: replayed === null ? null : Number(replayed.offset),
    discardedAt: discarded?.at.toISOString() ?? null,
    discardReason: discarded?.reason ?? null,
  };
}

function toRow(letter: DeadLetter): string[] {
  const { replayed, discarded, reason } = letter;
  const state =
    replayed !== null ? `replayed as ${replayed.offset}` : discarded !== null ? 'discarded' : 'open';
  return [
    String(letter.partition),
    String(letter.offset),
    letter.storedAt.toISOString(),
    String(letter.valueBytes),
    printable(letter.key).slice(0, 40),
    state,
    printable(Buffer.from(reason)).slice(0, reasonCharsMax),
  ];
}

function toTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const toLine = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => toLine(row).trimEnd()).join('\n');
}

/** What a terminal would obey or could not show becomes a dot. */
function printable(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll(/[^\x20-\x7e]/g, '.');
}

function describeBytes({ value, valueBytes }: DeadLetter): string {
  const shown = value.subarray(0, shownBytesMax);
  const rest = valueBytes - shown.length;
  return `${shown.toString('hex')}${rest > 0 ? ` and ${rest} bytes more` : ''}`;
}

function decode(value: Buffer): string {
  try {
    return printable(Buffer.from(JSON.stringify(Command.decode(value))));
  } catch (error) {
    return `not a Command: ${(error as Error).message}`;
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
