/**
 * The simulated world: two copies of storage, two of chat, senders and readers around one log and one store. It performs a schedule, heals
 * everything, waits in simulated time for rest and gives the history of what was seen.
 */
import { MemberRole } from '#schema/generated/events.ts';
import { ChatCopy } from './chat-copy.ts';
import { Cluster, partitions } from './cluster.ts';
import { foundConversations } from './found-conversations.ts';
import type { Attempt, History, Produced } from './history.ts';
import type { Parts } from './parts.ts';
import { ada, bob, conversations, cyd, people } from './people.ts';
import { Reader } from './reader.ts';
import type { Happening, Schedule } from './schedule.ts';
import { Sender } from './sender.ts';
import { StorageCopy } from './storage-copy.ts';

const readyMs = 40;
const restartMs = 400;
/** As long as Kafka keeps the partitions of a member that is silent. */
const sessionTimeoutMs = 6_000;
const restMsMax = 180_000;
const restStepMs = 500;
/** Until what was sent into the void has arrived. */
const strayMs = 7_000;

export async function simulate(schedule: Schedule, parts: Parts): Promise<History> {
  const world = new World(schedule.seed, parts);
  await world.open();
  for (const { happening, thenMs } of schedule.steps) {
    world.perform(happening);
    await world.advance(thenMs);
  }
  world.heal();
  const stuck = await world.comeToRest();
  return world.tell(stuck);
}

/** Of a partition. */
interface Owner {
  readonly copy: number;
  readonly revoke: () => void;
}

class World {
  readonly #parts: Parts;
  readonly #cluster: Cluster;
  readonly #storage: StorageCopy[] = [];
  readonly #chat: ChatCopy[] = [];
  readonly #owners = new Map<number, Owner>();
  readonly #senders: readonly Sender[];
  readonly #readers: readonly Reader[];
  readonly #attempts: Attempt[] = [];
  readonly #produced: Produced[] = [];
  /** Of topics that were replaced. */
  readonly #oldCommands: Buffer[][] = Array.from({ length: partitions }, () => []);
  #tick = 0;
  #messages = 0;
  #isLogReplaced = false;
  /** While the operator replaces the log. */
  #isDown = false;
  #areEventsDropped = false;

  constructor(seed: number, parts: Parts) {
    this.#parts = parts;
    this.#cluster = new Cluster({ seed, createStore: parts.createStore });
    foundConversations(this.#cluster);
    this.#start();
    this.#senders = people.map((id, turn) => new Sender(id, this.#senderOptions(), turn));
    this.#readers = readers.map((subscriber, turn) => {
      const options = {
        ...subscriber,
        cluster: this.#cluster,
        findCopy: (index: number) => this.#findChat(index),
      };
      return new Reader(options, turn);
    });
  }

  /** Readers come when chat is ready. */
  async open(): Promise<void> {
    await this.advance(readyMs);
    for (const reader of this.#readers) reader.connect();
  }

  advance(ms: number): Promise<void> {
    return this.#cluster.clock.advance(ms);
  }

  perform(happening: Happening): void {
    switch (happening.kind) {
      case 'send':
      case 'repeat':
        this.#say(happening);
        break;
      case 'join':
      case 'remove':
      case 'leave':
        this.#changeMembers(happening);
        break;
      case 'disturb':
        this.#cluster.weather.disturb(happening.disturbance);
        break;
      case 'reassign':
        this.#assign(happening.partition, happening.copy);
        break;
      case 'stop':
        this.#stop(happening);
        break;
      case 'kill':
        if (happening.process === 'chat') this.#killChat(happening.copy);
        else this.#killStorage(happening.copy);
        break;
      case 'cut':
        this.#readers[happening.reader]?.cut(happening.awayMs);
        break;
      case 'slow':
        this.#readers[happening.reader]?.setPace(happening.paceMs);
        break;
      case 'expire':
        this.#expire(happening);
        break;
      case 'loseEnd':
        this.#loseEnd(happening);
        break;
      case 'replaceLog':
        this.#replaceLog();
        break;
    }
    this.#readmit();
  }

  heal(): void {
    this.#cluster.weather.clear();
    for (const { process } of [...this.#storage, ...this.#chat]) process.resume();
    for (const reader of this.#readers) {
      reader.setPace(null);
      reader.connect();
    }
  }

  /** What is not at rest when the time for it is over; empty otherwise. */
  async comeToRest(): Promise<string[]> {
    await this.#waitForRest();
    await this.advance(strayMs);
    await this.#waitForRest();
    return this.#findRestless();
  }

  tell(stuck: readonly string[]): History {
    const commands = this.#oldCommands.map((values, partition) => [
      ...values,
      ...this.#commandsOf(partition),
    ]);
    return {
      attempts: this.#attempts,
      produced: this.#produced,
      readers: this.#readers.map(({ history }) => history),
      tables: this.#cluster.store.tables,
      commands,
      standing: this.#oldCommands.flatMap((_, partition) => this.#commandsOf(partition)),
      isLogReplaced: this.#isLogReplaced,
      areEventsDropped: this.#areEventsDropped,
      fenced: this.#cluster.store.fenced,
      stuck,
    };
  }

  async #waitForRest(): Promise<void> {
    for (let ms = 0; ms < restMsMax && this.#findRestless().length > 0; ms += restStepMs) {
      this.#readmit();
      this.#acceptRefused();
      await this.advance(restStepMs);
    }
  }

  #start(): void {
    for (const copy of [0, 1]) this.#storage[copy] = new StorageCopy(this.#cluster, this.#parts);
    this.#owners.clear();
    for (let partition = 0; partition < partitions; partition += 1) this.#assign(partition, partition);
    this.#startChat();
  }

  #startChat(): void {
    for (const copy of [0, 1]) this.#chat[copy] = this.#createChat();
  }

  #createChat(): ChatCopy {
    return new ChatCopy({ cluster: this.#cluster, parts: this.#parts, produced: this.#produced });
  }

  #findChat(turn: number): ChatCopy {
    const copy = this.#chat[turn % this.#chat.length];
    if (copy === undefined) throw new Error('there is no copy of chat');
    return copy;
  }

  #findStorage(index: number): StorageCopy {
    const copy = this.#storage[index];
    if (copy === undefined) throw new Error('there is no copy of storage');
    return copy;
  }

  #senderOptions() {
    return {
      cluster: this.#cluster,
      findCopy: (turn: number) => this.#findChat(turn),
      attempts: this.#attempts,
      nextTick: () => {
        this.#tick += 1;
        return this.#tick;
      },
    };
  }

  #commandsOf(partition: number): Buffer[] {
    return this.#cluster.log('commands', partition).records.map(({ value }) => value);
  }

  #say(happening: Extract<Happening, { kind: 'send' | 'repeat' }>): void {
    const sender = this.#senders[happening.sender];
    if (sender === undefined) return;
    this.#messages += 1;
    if (happening.kind === 'repeat') {
      const earlier = sender.intents.at(-1 - happening.back);
      if (earlier === undefined) return;
      sender.say({ ...earlier, text: happening.isChanged ? `text ${this.#messages}` : earlier.text });
      return;
    }
    const { conversation, waitsForOutcome, triesMax } = happening;
    sender.say({
      conversationId: conversations[conversation],
      clientMessageId: `00000000-0000-4000-8000-${String(this.#messages).padStart(12, '0')}`,
      text: `text ${this.#messages}`,
      waitsForOutcome,
      triesMax,
    });
  }

  /** Ada adds and removes cyd, who also leaves of their own accord. */
  #changeMembers({ kind, conversation }: Extract<Happening, { kind: 'join' | 'remove' | 'leave' }>): void {
    const id = conversations[conversation];
    const [owner, , guest] = this.#senders;
    if (kind === 'leave') guest?.order(id, { $case: 'leaveConversation', value: {} });
    else if (kind === 'remove') owner?.order(id, { $case: 'removeMember', value: { userId: cyd } });
    else owner?.order(id, { $case: 'addMembers', value: { userIds: [cyd], role: MemberRole.MEMBER } });
  }

  #assign(partition: number, copy: number): void {
    const before = this.#owners.get(partition);
    if (before?.copy === copy) return;
    before?.revoke();
    const revoke = this.#findStorage(copy).assign(partition);
    this.#owners.set(partition, { copy, revoke });
  }

  /** Kafka's group gives what a silent member had to the other one. */
  #passOn(copy: number): void {
    for (const [partition, owner] of this.#owners) if (owner.copy === copy) this.#assign(partition, 1 - copy);
  }

  #stop({ process: kind, copy, ms }: Extract<Happening, { kind: 'stop' }>): void {
    const { clock } = this.#cluster;
    const process = kind === 'chat' ? this.#findChat(copy).process : this.#findStorage(copy).process;
    process.stop();
    clock.after(ms, () => process.resume());
    if (kind === 'storage' && ms > sessionTimeoutMs) clock.after(sessionTimeoutMs, () => this.#passOn(copy));
  }

  #killStorage(copy: number): void {
    if (this.#isDown) return;
    this.#findStorage(copy).process.kill();
    this.#storage[copy] = new StorageCopy(this.#cluster, this.#parts);
    this.#passOn(copy);
  }

  /** A new copy takes its place after a while; until then whoever comes finds nobody. */
  #killChat(copy: number): void {
    if (this.#isDown || this.#findChat(copy).process.isDead) return;
    this.#findChat(copy).kill();
    this.#cluster.clock.after(restartMs, () => {
      if (!this.#isDown) this.#chat[copy] = this.#createChat();
    });
  }

  /** Both keep events for days, so what they drop has been published and has reached every copy. */
  #expire({ where, partition, keep }: Extract<Happening, { kind: 'expire' }>): void {
    if (!this.#chat.every((copy) => copy.isUpToDate())) return;
    if (where === 'kafka') {
      const log = this.#cluster.log('events', partition);
      log.deleteBefore(log.end - keep);
    } else {
      this.#areEventsDropped = true;
      this.#cluster.store.dropEvents(partition, keep);
    }
  }

  #replaceLog(): void {
    this.#startAnew({ storageStays: false }, () => {
      for (const [partition, values] of this.#oldCommands.entries())
        values.push(...this.#commandsOf(partition));
      this.#cluster.replaceCommands();
      this.#cluster.store.acceptNewLog(this.#cluster.topicId, [...this.#oldCommands.keys()]);
    });
  }

  #loseEnd({ partition, count }: Extract<Happening, { kind: 'loseEnd' }>): void {
    this.#startAnew({ storageStays: true }, () => {
      const lost = this.#cluster.log('commands', partition).loseEnd(count);
      this.#oldCommands[partition]?.push(...lost.map(({ value }) => value));
    });
  }

  /** Nobody writes any more, something is done to the log, and all goes on; storage perhaps without having noticed. */
  #startAnew({ storageStays }: { readonly storageStays: boolean }, change: () => void): void {
    if (this.#isDown) return;
    this.#isDown = true;
    if (!storageStays) for (const { process } of this.#storage) process.kill();
    for (const copy of this.#chat) copy.kill();
    this.#cluster.clock.after(strayMs, () => {
      this.#isLogReplaced = true;
      change();
      this.#isDown = false;
      if (storageStays) this.#startChat();
      else this.#start();
    });
  }

  /** The operator comes when everything else is over: what was refused until then is read from its beginning. */
  #acceptRefused(): void {
    if (this.#isDown) return;
    const refused = [...this.#owners].filter(([partition, { copy }]) =>
      this.#findStorage(copy).isRefusing(partition),
    );
    if (refused.length === 0) return;
    const partitions = refused.map(([partition]) => partition);
    this.#cluster.store.acceptNewLog(this.#cluster.topicId, partitions);
  }

  /** Who is added again comes again. */
  #readmit(): void {
    const { tables } = this.#cluster.store;
    for (const reader of this.#readers) {
      const { viewerId, conversationId } = reader.history;
      if (reader.isShutOut && tables.isMember(viewerId, conversationId ?? '')) reader.connect();
    }
  }

  #findRestless(): string[] {
    const { store } = this.#cluster;
    const restless: string[] = this.#isDown ? ['everything is stopped'] : [];
    for (const sender of this.#senders) if (!sender.isIdle) restless.push(`${sender.id} waits for an answer`);
    for (let partition = 0; partition < partitions; partition += 1) {
      const { nextOffset } = store.progress(partition);
      const { end } = this.#cluster.log('commands', partition);
      if (nextOffset !== end)
        restless.push(`partition ${partition} stands at offset ${nextOffset} of ${end}`);
    }
    for (const [partition, { copy }] of this.#owners) {
      if (!this.#findStorage(copy).isAtWork(partition)) restless.push(`nobody works partition ${partition}`);
    }
    for (const [copy, chat] of this.#chat.entries()) {
      if (!chat.isUpToDate()) restless.push(`chat ${copy} has not seen every event`);
    }
    for (const reader of this.#readers)
      if (!this.#isAtTop(reader)) restless.push(`${reader.history.name} is behind`);
    return restless;
  }

  #isAtTop({ cursor, isShutOut, history: { viewerId, conversationId } }: Reader): boolean {
    const { store } = this.#cluster;
    const { tables } = store;
    if (isShutOut) return conversationId !== null && !tables.isMember(viewerId, conversationId);
    if (cursor === null || cursor.logEpoch !== store.logEpoch) return false;
    if (conversationId !== null) {
      return cursor.position.get(0) === tables.eventsOf.get(conversationId)?.length;
    }
    return tables.partitions.every((_, partition) => {
      const last = tables.eventsFor(viewerId, partition).at(-1);
      return (last?.logSeq ?? 0) <= (cursor.position.get(partition) ?? 0);
    });
  }
}

/** Of different patience: the second's buffer overflows at once. */
const readers = [
  { name: 'reader of the first', viewerId: bob, conversationId: conversations[0], eventsMax: 100 },
  { name: 'slow reader of the first', viewerId: ada, conversationId: conversations[0], eventsMax: 2 },
  { name: 'guest of the third', viewerId: cyd, conversationId: conversations[2], eventsMax: 3 },
  { name: 'inbox of a member', viewerId: bob, conversationId: null, eventsMax: 3 },
  { name: 'inbox of a guest', viewerId: cyd, conversationId: null, eventsMax: 100 },
];
