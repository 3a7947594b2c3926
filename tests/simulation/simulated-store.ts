/**
 * The message store in memory: it decides with the store's own code, on StoreTables instead of Postgres. A call is one transaction: it
 * happens at one moment, entirely or not at all. Called by the copies of the simulated world through a StoreLink.
 */
import { ClientError, Status } from 'nice-grpc';
import type { Clock } from '#platform/clock.ts';
import { digestCommand } from '#schema/command-digest.ts';
import type { ChatEvent, LogRecord } from '#schema/generated/events.ts';
import type {
  AcquirePartitionRequest,
  AcquirePartitionResponse,
  AppendRequest,
  AppendResponse,
  PartitionRange,
  ReadConversationTopResponse,
  ReadInboxTopResponse,
  ReplayRequest,
} from '#schema/generated/message_store.ts';
import { decodeCommand } from '../../subgraphs/storage/store/append/decode-command.ts';
import { handleCommand } from '../../subgraphs/storage/store/decide/decide.ts';
import type { BatchState, ParsedCommand } from '../../subgraphs/storage/store/decide/state.ts';
import type { StoreTables } from './store-tables.ts';

interface Progress {
  ownerEpoch: number;
  nextOffset: number;
  lastRecordDigest?: Buffer;
}

export class SimulatedStore {
  readonly tables: StoreTables;
  /** How many appends came from an earlier owner or to another offset. */
  fenced = 0;
  readonly #clock: Clock;
  #logEpoch = 'epoch-1';
  #topicId: string | null = null;
  readonly #progress: Progress[];

  constructor(clock: Clock, tables: StoreTables) {
    this.#clock = clock;
    this.tables = tables;
    this.#progress = tables.partitions.map(() => ({ ownerEpoch: 0, nextOffset: 0 }));
  }

  get logEpoch(): string {
    return this.#logEpoch;
  }

  progress(partition: number): Progress {
    const progress = this.#progress[partition];
    if (progress === undefined) throw new Error(`there is no partition ${partition}`);
    return progress;
  }

  /** What docs/operations.md tells an operator to do: these partitions are read from their beginning. */
  acceptNewLog(topicId: string, partitions: readonly number[]): void {
    this.#topicId = topicId;
    this.#logEpoch = `epoch-${Number(this.#logEpoch.slice('epoch-'.length)) + 1}`;
    for (const partition of partitions) {
      const progress = this.progress(partition);
      progress.nextOffset = 0;
      progress.ownerEpoch += 1;
      delete progress.lastRecordDigest;
    }
  }

  /** Retention: all but the last `keep` events of the partition are gone. */
  dropEvents(partition: number, keep: number): void {
    const table = this.tables.partition(partition);
    table.firstLogSeq = Math.max(table.firstLogSeq, table.events.length + 1 - keep);
  }

  acquirePartition({ topicId, partition }: AcquirePartitionRequest): AcquirePartitionResponse {
    this.#topicId ??= topicId;
    if (this.#topicId !== topicId) throw refuse(Status.FAILED_PRECONDITION, 'another topic');
    const progress = this.progress(partition);
    progress.ownerEpoch += 1;
    return { ...progress, lastLogSeq: this.tables.partition(partition).events.length };
  }

  append(request: AppendRequest): AppendResponse {
    this.fence(request);
    const { state, records } = this.decide(request);
    this.tables.write(state);
    const nextOffset = this.advance(request);
    return { records, nextOffset, deadLetterCount: 0 };
  }

  /** Compare and set, as the statement of the same name does. */
  protected fence({ topicId, partition, ownerEpoch, expectedOffset }: AppendRequest): void {
    const progress = this.progress(partition);
    const isOwner = topicId === this.#topicId && ownerEpoch === progress.ownerEpoch;
    if (!isOwner || expectedOffset !== progress.nextOffset) {
      this.fenced += 1;
      throw refuse(Status.FAILED_PRECONDITION, 'another owner or another offset');
    }
  }

  protected decide({ partition, records }: AppendRequest): { state: BatchState; records: LogRecord[] } {
    const commands = records.map((record): ParsedCommand => {
      const decoded = decodeCommand(record);
      if (decoded.kind === 'undecodable') throw new Error(decoded.reason);
      return decoded.command;
    });
    const state = this.tables.load(partition, this.#clock.now(), commands);
    const handled = commands.flatMap((command) => {
      const handling = handleCommand(state, command);
      if (handling.kind === 'deadLetter') throw new Error(handling.reason);
      return handling.records;
    });
    return { state, records: handled };
  }

  protected advance({ partition, expectedOffset, records }: AppendRequest): number {
    const progress = this.progress(partition);
    const last = records.at(-1);
    if (last === undefined) return expectedOffset;
    progress.nextOffset = last.offset + 1;
    progress.lastRecordDigest = digestCommand(last);
    return progress.nextOffset;
  }

  /** A page of events after a position; empty at the end. */
  readLog({ partition, afterLogSeq, upToLogSeq }: PartitionRange, eventsMax: number): ChatEvent[] {
    const { events, firstLogSeq } = this.tables.partition(partition);
    const from = Math.max(afterLogSeq, firstLogSeq - 1);
    return events.slice(from, Math.min(upToLogSeq, from + eventsMax));
  }

  /** A page of the conversation's events; empty at the end. */
  replay(
    { viewerId, conversationId, afterEventSeq, upToEventSeq }: ReplayRequest,
    eventsMax: number,
  ): ChatEvent[] {
    this.#requireMember(viewerId, conversationId);
    this.#requireKept(afterEventSeq, this.tables.firstEventSeq(conversationId));
    const events = this.tables.eventsOf.get(conversationId) ?? [];
    return events.slice(afterEventSeq, Math.min(upToEventSeq, afterEventSeq + eventsMax));
  }

  readConversationTop(viewerId: string, conversationId: string): ReadConversationTopResponse {
    this.#requireMember(viewerId, conversationId);
    return {
      eventSeq: this.tables.eventsOf.get(conversationId)?.length ?? 0,
      firstEventSeq: this.tables.firstEventSeq(conversationId),
      logEpoch: this.#logEpoch,
    };
  }

  readInboxTop(viewerId: string): ReadInboxTopResponse {
    const conversations = [...this.tables.conversations.values()];
    return {
      logEpoch: this.#logEpoch,
      partitions: this.tables.partitions.map(({ events, firstLogSeq }, partition) => ({
        partition,
        logSeq: events.length,
        firstLogSeq,
      })),
      conversationIds: conversations.filter(({ members }) => members.has(viewerId)).map(({ id }) => id),
    };
  }

  /** A page of the viewer's events of one range; empty at its end. */
  replayInbox(
    viewerId: string,
    { partition, afterLogSeq, upToLogSeq }: PartitionRange,
    eventsMax: number,
  ): ChatEvent[] {
    const { firstLogSeq } = this.tables.partition(partition);
    this.#requireKept(afterLogSeq, firstLogSeq);
    const from = Math.max(afterLogSeq, firstLogSeq - 1);
    const visible = this.tables.eventsFor(viewerId, partition);
    return visible.filter(({ logSeq }) => logSeq > from && logSeq <= upToLogSeq).slice(0, eventsMax);
  }

  /** What was dropped is not left out in silence. */
  #requireKept(after: number, first: number): void {
    if (after < first - 1) throw refuse(Status.OUT_OF_RANGE, 'not kept any more');
  }

  #requireMember(viewerId: string, conversationId: string): void {
    if (!this.tables.isMember(viewerId, conversationId)) throw refuse(Status.NOT_FOUND, 'not a member');
  }
}

/** As a gRPC client sees it. */
export function refuse(status: Status, details: string): ClientError {
  return new ClientError('/simulated', status, details);
}
