/** The search from the end of a log in memory that is served like a broker does: whole batches, a limited number a fetch. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster, FetchedMessage } from './cluster.ts';
import { searchTail } from './log-tail.ts';

const batchRecords = 7;
const fetchBatches = 3;
const recordsMax = 10_000;

/** Values are numbers, null where a transaction ended; `reads` counts how often each was fetched. */
function createLog(values: readonly (number | null)[], start = 0) {
  const reads = values.map(() => 0);
  const pages: number[] = [];
  const toMessage = (value: number | null, offset: number): FetchedMessage => ({
    offset: String(offset),
    timestamp: '0',
    key: null,
    value: Buffer.from(String(value ?? 'end of transaction')),
    isControlRecord: value === null,
  });
  const fetch = (fetchOffset: number) => {
    const first = fetchOffset - (fetchOffset % batchRecords);
    const served = values.slice(first, first + batchRecords * fetchBatches);
    const messages = served.map((value, index) => toMessage(value, first + index));
    for (const { offset } of messages) reads[Number(offset)] = (reads[Number(offset)] ?? 0) + 1;
    return { responses: [{ topicName: 't', partitions: [{ partition: 0, highWatermark: '', messages }] }] };
  };
  type Fetch = Parameters<Awaited<ReturnType<Cluster['findBroker']>>['fetch']>[0];
  const cluster = {
    addTargetTopic: async () => undefined,
    refreshMetadataIfNecessary: async () => undefined,
    findTopicPartitionMetadata: () => [{ partitionId: 0, leader: 1 }],
    findBroker: async () => ({
      fetch: async ({ topics }: Fetch) => fetch(Number(topics[0]?.partitions[0]?.fetchOffset)),
    }),
    fetchTopicsOffset: async ([query]: readonly { fromBeginning?: boolean }[]) => [
      { partitions: [{ partition: 0, offset: String(query?.fromBeginning ? start : values.length) }] },
    ],
  } as unknown as Cluster;
  const link = {
    use: async () => cluster,
    drop: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const search = (isWanted: (value: number) => boolean) =>
    searchTail({
      ...{ link, topic: 't', partition: 0, recordsMax },
      pick: (records) => {
        pages.push(records.length);
        const wanted = records.map(({ value }) => Number(value)).filter(isWanted);
        return wanted.length === 0 ? null : Math.max(...wanted);
      },
    });
  return { search, reads, pages };
}

test('what stands far from the end is found, nothing is read for every window again, and no more than a fetch is held', async () => {
  const { search, reads, pages } = createLog(Array.from({ length: 12_000 }, (_, index) => index));
  assert.equal(await search((value) => value < 6_000), 5_999);
  // A batch that two windows share is read for both.
  assert.ok(Math.max(...reads) <= 2, `a record was read ${Math.max(...reads)} times`);
  assert.ok(reads.reduce((sum, count) => sum + count) < 10_000 + 4 * batchRecords * fetchBatches);
  assert.ok(Math.max(...pages) <= batchRecords * fetchBatches);
});

test('the highest of the newest records that hold one, also when older ones were put behind it', async () => {
  const { search } = createLog([...Array.from({ length: 200 }, (_, index) => index), 150, 151]);
  assert.equal(await search(() => true), 199);
});

test('the search ends at the limit, at the beginning of the log, and finds nothing in an empty one', async () => {
  const values = Array.from({ length: 12_000 }, (_, index) => index);
  assert.equal(await createLog(values).search((value) => value < 2_000), null);
  const cut = createLog(values, 11_000);
  assert.equal(await cut.search((value) => value < 11_000), null);
  assert.equal(await createLog([], 0).search(() => true), null);
});

test('where a transaction ended is no record', async () => {
  const { search, pages } = createLog([1, 2, null, null]);
  assert.equal(await search(() => true), 2);
  assert.deepEqual(pages, [2]);
});
