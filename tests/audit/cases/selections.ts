/** What may be selected: aliases, fragments, abstract types, lists, `__typename`, conditions. */
import type { AuditCase } from '../case.ts';
import { expect, expectData, expectRefusal } from '../case.ts';
import { describeEnd, shorten } from '../clients/result.ts';
import { fed, spec } from '../sources.ts';
import { nameOf } from '../subgraphs/accounts.ts';
import { oneEvent } from './one-event.ts';

const owner = { id: 'u1' };
const product = { id: 'p1', name: 'Lamp', owner };

const aliases: readonly AuditCase[] = [
  oneEvent({
    name: 'aliases/root-field',
    rule: 'The root field is answered under its alias.',
    source: spec.alias,
    query: 'subscription ($feed: String!) { changed: productChanged(feed: $feed) { id owner { name } } }',
    event: product,
    data: { changed: { id: 'p1', owner: { name: nameOf('u1') } } },
  }),
  oneEvent({
    name: 'aliases/nested',
    rule: 'Aliases work in what comes with the event and in what is fetched, also when they are names of other fields.',
    source: spec.alias,
    query: `subscription ($feed: String!) { productChanged(feed: $feed) {
      name: id  id: name  who: owner { nickname: name  name: id } } }`,
    event: product,
    data: { productChanged: { name: 'p1', id: 'Lamp', who: { nickname: nameOf('u1'), name: 'u1' } } },
  }),
  oneEvent({
    name: 'aliases/same-field-twice',
    rule: 'A field with different arguments under two aliases is answered twice.',
    source: spec.merging,
    query: `subscription ($feed: String!) { productChanged(feed: $feed) {
      red: label(max: 1)  blue: label(style: BLUE)
      owner { once: greeting(repeat: 1, words: [])  twice: greeting(repeat: 2, words: []) } } }`,
    event: product,
    data: {
      productChanged: {
        red: 'Lamp RED 1',
        blue: 'Lamp BLUE all',
        owner: { once: { repeat: 1, words: [] }, twice: { repeat: 2, words: [] } },
      },
    },
  }),
  oneEvent({
    name: 'aliases/object-twice',
    rule: 'An entity under two aliases with different selections is completed in both places.',
    source: spec.merging,
    query: `subscription ($feed: String!) { productChanged(feed: $feed) {
      one: owner { name }  other: owner { id manager { name } } } }`,
    event: product,
    data: {
      productChanged: {
        one: { name: nameOf('u1') },
        other: { id: 'u1', manager: { name: nameOf('manager of u1') } },
      },
    },
  }),
];

const fragments: readonly AuditCase[] = [
  oneEvent({
    name: 'fragments/named',
    rule: 'Named fragments are spread, nested ones and one used twice too.',
    source: spec.fragments,
    query: `subscription ($feed: String!) { productChanged(feed: $feed) { ...whole } }
      fragment whole on Product { id owner { ...person } related { ... on Article { author { ...person } } } }
      fragment person on User { id name }`,
    event: { ...product, related: [{ __typename: 'Article', id: 'a1', author: { id: 'u2' } }] },
    data: {
      productChanged: {
        id: 'p1',
        owner: { id: 'u1', name: nameOf('u1') },
        related: [{ author: { id: 'u2', name: nameOf('u2') } }],
      },
    },
  }),
  oneEvent({
    name: 'fragments/on-the-root',
    rule: 'The root field may stand in a fragment on the subscription type.',
    source: spec.fragments,
    query: `subscription ($feed: String!) { ...root }
      fragment root on Subscription { productChanged(feed: $feed) { id owner { name } } }`,
    event: product,
    data: { productChanged: { id: 'p1', owner: { name: nameOf('u1') } } },
  }),
  oneEvent({
    name: 'fragments/merged',
    rule: 'Selections of one field in several places are merged, also over subgraphs.',
    source: spec.merging,
    query: `subscription ($feed: String!) {
      productChanged(feed: $feed) { owner { id } ... { owner { name } } ...rest } }
      fragment rest on Product { rating owner { manager { id } } }`,
    event: product,
    data: {
      productChanged: {
        owner: { id: 'u1', name: nameOf('u1'), manager: { id: 'manager of u1' } },
        rating: 2,
      },
    },
  }),
  {
    name: 'fragments/key-order',
    rule: 'The members of a result stand in the order of the selection, wherever they come from.',
    source: spec.order,
    run: async (scene) => {
      const operation = await scene.follow(`subscription ($feed: String!) { productChanged(feed: $feed) {
        rating owner { name id } shippingCost name id } }`);
      scene.world.feeds.publish(scene.feed, { ...product, weight: 1 });
      const { data } = await operation.result();
      const text = JSON.stringify(data);
      const wanted = `{"productChanged":{"rating":2,"owner":{"name":"${nameOf('u1')}","id":"u1"},"shippingCost":10,"name":"Lamp","id":"p1"}}`;
      expect(text === wanted, shorten(text, 300));
      return shorten(text);
    },
  },
];

const abstractQuery = `{ __typename
  ... on Product { id owner { name } }
  ... on Article { name commentCount author { name } }
  ... on Memo { text } }`;
const typed = [
  [
    'product',
    { __typename: 'Product', ...product },
    { __typename: 'Product', id: 'p1', owner: { name: nameOf('u1') } },
  ],
  [
    'article',
    { __typename: 'Article', id: 'a12', name: 'On lamps', author: { id: 'u2' } },
    { __typename: 'Article', name: 'On lamps', commentCount: 3, author: { name: nameOf('u2') } },
  ],
  ['value-type', { __typename: 'Memo', id: 'm1', text: 'Buy one' }, { __typename: 'Memo', text: 'Buy one' }],
] as const;

const abstractTypes: readonly AuditCase[] = [
  ...typed.flatMap(([kind, event, data]) => [
    oneEvent({
      name: `abstract/union-${kind}`,
      rule: 'What is selected for the type that the event has is answered, nothing of the others.',
      source: spec.abstract,
      query: `subscription ($feed: String!) { itemChanged(feed: $feed) ${abstractQuery} }`,
      event,
      data: { itemChanged: data },
    }),
    oneEvent({
      name: `abstract/interface-${kind}`,
      rule: 'The same over an interface.',
      source: spec.abstract,
      query: `subscription ($feed: String!) { nodeChanged(feed: $feed) ${abstractQuery} }`,
      event,
      data: { nodeChanged: data },
    }),
  ]),
  oneEvent({
    name: 'abstract/mixed-list',
    rule: 'In a list of several types each item is completed as its own.',
    source: spec.abstract,
    query: `subscription ($feed: String!) { productChanged(feed: $feed) { related ${abstractQuery} } }`,
    event: { id: 'p0', related: [...typed.map(([, event]) => event), null] },
    data: { productChanged: { related: [...typed.map(([, , data]) => data), null] } },
  }),
];

const users = (...rows: (string | null)[][]) =>
  rows.map((row) => row.map((id) => (id === null ? null : { id })));

const lists: readonly AuditCase[] = [
  oneEvent({
    name: 'lists/root',
    rule: 'The root field may be a list of entities, the same one several times.',
    source: fed.entities,
    query: 'subscription ($feed: String!) { productsChanged(feed: $feed) { id rating owner { name } } }',
    event: [product, { id: 'p22', owner: { id: 'u2' } }, product],
    data: {
      productsChanged: [
        { id: 'p1', rating: 2, owner: { name: nameOf('u1') } },
        { id: 'p22', rating: 3, owner: { name: nameOf('u2') } },
        { id: 'p1', rating: 2, owner: { name: nameOf('u1') } },
      ],
    },
  }),
  oneEvent({
    name: 'lists/nested',
    rule: 'Entities in lists of lists are completed in their places, with empty lists and nulls between them.',
    source: fed.entities,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { grid { name } } }',
    event: { id: 'p1', grid: [...users(['a', null, 'b'], []), null, ...users(['a'])] },
    data: {
      productChanged: {
        grid: [[{ name: nameOf('a') }, null, { name: nameOf('b') }], [], null, [{ name: nameOf('a') }]],
      },
    },
  }),
  oneEvent({
    name: 'lists/empty',
    rule: 'An empty list stays one.',
    source: spec.abstract,
    query: 'subscription ($feed: String!) { productsChanged(feed: $feed) { owner { name } } }',
    event: [],
    data: { productsChanged: [] },
  }),
  oneEvent({
    name: 'lists/null-event',
    rule: 'An event whose root field is null is a result.',
    source: spec.responseStream,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { owner { name } } }',
    event: null,
    data: { productChanged: null },
  }),
  {
    name: 'lists/hundred-entities',
    rule: 'A hundred entities of an event are fetched in one request.',
    source: fed.subgraphSpec,
    run: async (scene) => {
      const query = 'subscription ($feed: String!) { productsChanged(feed: $feed) { owner { name } } }';
      const operation = await scene.follow(query);
      const ids = Array.from({ length: 100 }, (_, n) => `${scene.feed}-${n}`);
      scene.world.feeds.publish(
        scene.feed,
        ids.map((id) => ({ id, owner: { id } })),
      );
      const data = { productsChanged: ids.map((id) => ({ owner: { name: nameOf(id) } })) };
      expectData(await operation.result(), data);
      const { length } = scene.world.entityRequests('accounts', scene.feed);
      expect(length === 1, `${length} requests for 100 entities`);
      return 'one request for 100 entities';
    },
  },
];

const typenames: readonly AuditCase[] = [
  oneEvent({
    name: 'typename/everywhere',
    rule: '`__typename`, also under an alias, is answered at objects of the event and at fetched ones.',
    source: spec.typename,
    query: `subscription ($feed: String!) { productChanged(feed: $feed) { __typename
      owner { kind: __typename manager { __typename } } related { __typename } reviews { __typename author { __typename } } } }`,
    event: { ...product, related: [{ __typename: 'Memo', id: 'm1' }] },
    data: {
      productChanged: {
        __typename: 'Product',
        owner: { kind: 'User', manager: { __typename: 'User' } },
        related: [{ __typename: 'Memo' }],
        reviews: Array.from({ length: 2 }, () => ({ __typename: 'Review', author: { __typename: 'User' } })),
      },
    },
  }),
  {
    name: 'typename/alone-on-the-root',
    rule: '`subscription { __typename }` is refused, and the socket stays open.',
    source: spec.singleRoot,
    run: async (scene) => {
      const socket = await scene.connect();
      const { operation, end } = await scene.attempt({ query: 'subscription { __typename }' }, socket);
      const seen = expectRefusal(operation, end);
      expect(socket.isOpen, 'the socket was closed');
      return seen;
    },
  },
  {
    name: 'root/two-fields',
    rule: 'A subscription with two root fields is refused, and the socket stays open.',
    source: spec.singleRoot,
    run: async (scene) => {
      const socket = await scene.connect();
      const query = `subscription ($feed: String!) { productChanged(feed: $feed) { id } ticked(feed: $feed) { position } }`;
      const { operation, end } = await scene.attempt({ query, variables: { feed: scene.feed } }, socket);
      const seen = expectRefusal(operation, end);
      expect(socket.isOpen, 'the socket was closed');
      return seen;
    },
  },
  {
    name: 'root/two-fields-by-fragment',
    rule: 'The same when the second root field comes by a fragment.',
    source: spec.singleRoot,
    run: async (scene) => {
      const query = `subscription ($feed: String!) { productChanged(feed: $feed) { id } ...more }
        fragment more on Subscription { ticked(feed: $feed) { position } }`;
      const { operation, end } = await scene.attempt({ query, variables: { feed: scene.feed } });
      return expectRefusal(operation, end);
    },
  },
];

/** Conditions on the root field can't be planned by every planner: refused or answered, but nobody else may suffer. */
function conditionOnRoot(name: string, selection: string): AuditCase {
  return {
    name: `conditions/root-${name}`,
    rule: `\`${name}\` with a variable on the root field is answered or refused, and does not close the socket of others.`,
    source: 'https://spec.graphql.org/draft/#sec-Single-Root-Field',
    run: async (scene) => {
      const socket = await scene.connect();
      const otherFeed = `${scene.feed}-other`;
      const other = await scene.follow('subscription ($feed: String!) { ticked(feed: $feed) { position } }', {
        socket,
        feed: otherFeed,
      });
      const query = `subscription ($feed: String!, $yes: Boolean!, $no: Boolean!) { ${selection} }`;
      const operation = socket.start({ query, variables: { feed: scene.feed, yes: true, no: false } });
      const refused = operation.ended(3_000).catch(() => null);
      const started = scene.world.feeds.waitOpen(scene.feed, 1, 3_000).catch(() => null);
      await Promise.race([refused, started]);
      scene.world.feeds.publish(scene.feed, product);
      const end = operation.end ?? (await Promise.race([refused, operation.result().then(() => null)]));
      scene.world.feeds.publish(otherFeed, {});
      expect(socket.isOpen, describeEnd(end));
      expectData(await other.result(), { ticked: { position: 1 } });
      if (end !== null) return expectRefusal(operation, end);
      return expectData(await operation.result(), {
        productChanged: { id: 'p1', owner: { name: nameOf('u1') } },
      });
    },
  };
}

const conditions: readonly AuditCase[] = [
  oneEvent({
    name: 'conditions/nested',
    rule: '`@skip` and `@include` with variables hold for fields of the event and for fetched ones.',
    source: spec.skip,
    query: `subscription ($feed: String!, $yes: Boolean!, $no: Boolean!) { productChanged(feed: $feed) {
      id @include(if: $yes)  name @skip(if: $yes)
      rating @include(if: $no)
      owner @include(if: $yes) { name @skip(if: $no) id @skip(if: $yes) manager @include(if: $no) { name } } } }`,
    variables: { yes: true, no: false },
    event: product,
    data: { productChanged: { id: 'p1', owner: { name: nameOf('u1') } } },
  }),
  oneEvent({
    name: 'conditions/fragment',
    rule: 'The same on fragments, with a default value.',
    source: spec.skip,
    query: `subscription ($feed: String!, $more: Boolean = true) { productChanged(feed: $feed) {
      ... @include(if: $more) { rating owner { name } }  ...rest @skip(if: $more) } }
      fragment rest on Product { name shippingCost }`,
    event: product,
    data: { productChanged: { rating: 2, owner: { name: nameOf('u1') } } },
  }),
  conditionOnRoot('@include', 'productChanged(feed: $feed) @include(if: $yes) { id owner { name } }'),
  conditionOnRoot('@skip', 'productChanged(feed: $feed) @skip(if: $no) { id owner { name } }'),
  conditionOnRoot(
    '@include on a fragment',
    '... @include(if: $yes) { productChanged(feed: $feed) { id owner { name } } }',
  ),
  {
    name: 'conditions/defer',
    rule: '`@defer` is refused clearly, served, or answered at once; nothing of it is lost.',
    source: spec.defer,
    run: async (scene) => {
      const socket = await scene.connect();
      const query = `subscription ($feed: String!) { productChanged(feed: $feed) { id ... @defer { owner { name } } } }`;
      const operation = socket.start({ query, variables: { feed: scene.feed } });
      const started = scene.world.feeds.waitOpen(scene.feed, 1, 3_000).catch(() => null);
      await Promise.race([started, operation.ended().catch(() => null)]);
      scene.world.feeds.publish(scene.feed, product);
      const end = await Promise.race([operation.ended(), operation.result().then(() => null)]);
      expect(socket.isOpen, describeEnd(end));
      if (end !== null) return expectRefusal(operation, end);
      const first = await operation.result();
      const hasNext = first.hasNext === true;
      if (hasNext) await operation.result(2);
      const text = JSON.stringify(operation.results);
      expect(text.includes(nameOf('u1')), `the deferred part is missing: ${shorten(text, 300)}`);
      return hasNext ? 'served in parts' : 'answered at once';
    },
  },
];

export const selectionCases: readonly AuditCase[] = [
  ...aliases,
  ...fragments,
  ...abstractTypes,
  ...lists,
  ...typenames,
  ...conditions,
];
