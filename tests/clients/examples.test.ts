/**
 * G5 with the libraries that apps use: graphql-ws, Apollo Client and urql on the wrapped client, each cut off 30 times while messages are sent, changing
 * between two gateways. Each event comes once and in order.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { followInbox as followWithApollo } from '#clients/examples/apollo.ts';
import { connect } from '#clients/examples/connect.ts';
import { followInbox as followWithGraphqlWs } from '#clients/examples/graphql-ws.ts';
import type { InboxData, InboxEvent, InboxItem, InboxOptions } from '#clients/examples/inbox.ts';
import { inboxDocument } from '#clients/examples/inbox.ts';
import { followInbox as followWithUrql } from '#clients/examples/urql.ts';
import { until } from '#tests/chat/until.ts';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { createGroup, sendMessage } from '#tests/harness/conversations.ts';
import { Link } from '#tests/harness/link.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';

const cuts = 30;
/** Of the cuts of one reader: nothing is closed, the connection is only silent. */
const silences: readonly number[] = [10, 20];
const connectedMsMax = 400;
const sendEveryMs = 50;
const comeBackMs = 30_000;

let network: Network;

before(async () => {
  network = await startNetwork({ name: 'clients', copies: { gateway: 2 } });
});
after(() => network[Symbol.asyncDispose]());

/** One example, with a link of its own to each gateway. */
class Reader implements AsyncDisposable {
  readonly items: InboxItem[] = [];
  readonly errors: unknown[] = [];
  readonly #links: readonly Link[];
  readonly #stop: () => void;
  #connects = 0;

  constructor(links: readonly Link[], viewer: Account, follow: (options: InboxOptions) => () => void) {
    this.#links = links;
    this.#stop = follow({
      url: () => {
        this.#connects += 1;
        return `ws://${this.#link.address}/graphql`;
      },
      readToken: () => viewer.accessToken,
      onItem: (item) => this.items.push(item),
      onError: (error) => this.errors.push(error),
    });
  }

  static async open(viewer: Account, follow: (options: InboxOptions) => () => void): Promise<Reader> {
    const targets = network.gatewayUrls.map((url) => new URL(url).host);
    return new Reader(await Promise.all(targets.map((target) => Link.open(target))), viewer, follow);
  }

  get events(): readonly InboxEvent[] {
    return this.items.flatMap((item) => (item.__typename === 'InboxEvent' ? [item.event] : []));
  }

  get connects(): number {
    return this.#connects;
  }

  /** Resolves when it connects again. */
  async cut(): Promise<void> {
    const { connects } = this;
    const cutAgain = setInterval(() => this.#link.reset(), connectedMsMax);
    this.#link.reset();
    await until('a cut client connects again', () => this.connects > connects, comeBackMs).finally(() =>
      clearInterval(cutAgain),
    );
  }

  /** The same, by a connection that only falls silent. What was on its way arrives when the client has given it up. */
  async silence(): Promise<void> {
    const { connects } = this;
    const link = this.#link;
    link.set({ kind: 'black-holed' });
    await until('a client on a dead connection connects again', () => this.connects > connects, comeBackMs);
    await delay(connectedMsMax);
    link.set({ kind: 'pass' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    for (const link of this.#links) await link[Symbol.asyncDispose]();
  }

  /** Of the current connection. */
  get #link(): Link {
    const link = this.#links[this.#connects % this.#links.length];
    assert.ok(link !== undefined);
    return link;
  }
}

/** The fourth way to use the wrapper. */
function followByIterating(options: InboxOptions): () => void {
  const results = connect(options).iterate<InboxData>({ query: inboxDocument, variables: { after: null } });
  const read = async () => {
    for await (const { data } of results) if (data) options.onItem(data.inboxEvents);
  };
  read().catch(options.onError);
  return () => void results.return?.();
}

const ways = {
  'graphql-ws': followWithGraphqlWs,
  'Apollo Client': followWithApollo,
  urql: followWithUrql,
  iterate: followByIterating,
};

test('each event comes once and in order through 30 cuts', async (t) => {
  const [ada, linus] = await Promise.all([signUp(network, 'Ada'), signUp(network, 'Linus')]);
  await using opened = new AsyncDisposableStack();
  const readers = await Promise.all(
    Object.values(ways).map(async (follow) => opened.use(await Reader.open(linus, follow))),
  );
  await until('every reader is caught up', () => readers.every(({ items }) => items.length > 0));
  const conversationId = await createGroup(network.gatewayUrl, ada, [linus]);

  const sent: string[] = [];
  let isCutting = true;
  const sending = (async () => {
    for (; isCutting; await delay(sendEveryMs)) {
      const text = `message ${sent.length + 1}`;
      const { __typename } = await sendMessage(network.gatewayUrl, ada, { conversationId, text });
      assert.equal(__typename, 'SendMessageSuccess');
      sent.push(text);
    }
  })();
  const cutting = readers.map(async (reader, index) => {
    for (let cut = 1; cut <= cuts; cut += 1) {
      await delay(Math.random() * connectedMsMax);
      if (index === 0 && silences.includes(cut)) await reader.silence();
      else await reader.cut();
    }
  });
  await Promise.all(cutting).finally(() => {
    isCutting = false;
  });
  await sending;

  for (const [index, name] of Object.keys(ways).entries()) {
    const reader = readers[index];
    assert.ok(reader !== undefined);
    const messages = () => reader.events.flatMap(({ message }) => message ?? []);
    await until(`${name} has everything`, () => messages().at(-1)?.seq === sent.length, comeBackMs);
    assert.deepEqual(
      messages().map(({ text }) => text),
      sent,
      name,
    );
    // The first is that Ada joined, which was before Linus.
    const eventSeqs = reader.events.map(({ eventSeq }) => eventSeq);
    assert.deepEqual(
      eventSeqs,
      eventSeqs.map((_, before) => before + 2),
      name,
    );
    assert.deepEqual(reader.errors, [], name);
    assert.ok(reader.connects > cuts, name);
  }
  const connects = readers.map((reader) => reader.connects).join(', ');
  t.diagnostic(`${sent.length} messages; ${Object.keys(ways).join(', ')} connected ${connects} times`);
});

test('each example runs by itself, and ends when it is told to', async () => {
  const ada = await signUp(network, 'Ada');
  const env = {
    ...process.env,
    GRAPHQL_URL: network.gatewayUrl,
    IDENTIFIER: ada.handle,
    PASSWORD: ada.password,
  };
  for (const name of ['graphql-ws', 'apollo', 'urql']) {
    const example = spawn(process.execPath, ['clients/examples/run.ts', name], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: comeBackMs,
    });
    const [line] = (await once(example.stdout, 'data')) as [Buffer];
    assert.match(String(line), /InboxCaughtUp/, name);
    example.kill('SIGINT');
    assert.deepEqual(await once(example, 'exit'), [0, null], name);
  }
});
