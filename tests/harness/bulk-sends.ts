/** Many messages quickly, for tests and benchmarks that need a past to resume over: several sends in each request, not waiting for the store. */
import { randomUUID } from 'node:crypto';
import type { Account } from './accounts.ts';
import { requestData } from './client.ts';

export interface BulkMessage {
  readonly conversationId: string;
  readonly text: string;
}

/** Aliases that one document may have. */
const sendsPerRequest = 15;
const requestsAtATime = 32;

/**
 * ACCEPTED when it resolves; in order within a request, in any order else, so order across the whole is that of the store. Throws when one is refused.
 */
export async function sendInBulk(
  urls: readonly string[],
  sender: Account,
  messages: readonly BulkMessage[],
): Promise<void> {
  const batches: (readonly BulkMessage[])[] = [];
  for (let from = 0; from < messages.length; from += sendsPerRequest)
    batches.push(messages.slice(from, from + sendsPerRequest));
  const workers = Array.from({ length: requestsAtATime }, async (_, worker) => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift())
      await sendBatch(urls[worker % urls.length] ?? '', sender, batch);
  });
  await Promise.all(workers);
}

async function sendBatch(url: string, sender: Account, batch: readonly BulkMessage[]): Promise<void> {
  const fields = batch.map((_, n) => `m${n}: sendMessage(input: $i${n}) { __typename }`);
  const parameters = batch.map((_, n) => `$i${n}: SendMessageInput!`);
  const inputs = batch.map((message, n) => [
    `i${n}`,
    { ...message, clientMessageId: randomUUID(), durability: 'ACCEPTED' },
  ]);
  const sent = await requestData<Record<string, { __typename: string }>>(
    url,
    `mutation(${parameters.join(', ')}) { ${fields.join(' ')} }`,
    { variables: Object.fromEntries(inputs), token: sender.accessToken },
  );
  const refused = Object.values(sent).find(({ __typename }) => __typename !== 'SendMessageSuccess');
  if (refused !== undefined) throw new Error(`a send was answered ${refused.__typename}`);
}
