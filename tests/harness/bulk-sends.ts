/** Many messages quickly, for tests and benchmarks that need a past to resume over: several sends in each request, not waiting for the store. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from './accounts.ts';
import { request } from './client.ts';

export interface BulkMessage {
  readonly conversationId: string;
  readonly text: string;
}

/** Below the 15 aliases that one document may have: they run one after another, in the time of one request. */
const sendsPerRequest = 10;
const requestsAtATime = 16;
const triesMax = 20;
const retryMs = 250;

/**
 * ACCEPTED when it resolves, each once, however often a request has to be repeated. In order within a request, in any order else. Throws when one is refused.
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
  const document = `mutation(${parameters.join(', ')}) { ${fields.join(' ')} }`;
  const options = { variables: Object.fromEntries(inputs), token: sender.accessToken };
  for (let tries = 1; ; tries += 1) {
    const answer = await request<Record<string, { __typename: string } | null>>(url, document, options);
    const answers = Object.values(answer.data ?? {});
    if (answers.length === batch.length && answers.every((one) => one?.__typename === 'SendMessageSuccess'))
      return;
    // A busy machine: the outcome is not known, or there was no time for it.
    if (answer.errors.length === 0 || tries === triesMax)
      throw new Error(`not everything was sent: ${JSON.stringify(answer)}`);
    await delay(retryMs);
  }
}
