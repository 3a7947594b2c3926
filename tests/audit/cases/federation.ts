/** What federation adds: entities over several subgraphs and the directives that say which one has what, all behind an event. */
import type { AuditCase } from '../case.ts';
import { expect, expectData, expectRefusal } from '../case.ts';
import { fed } from '../sources.ts';
import { nameOf, nicknameOf } from '../subgraphs/accounts.ts';
import { stockOfShipping } from '../subgraphs/shipping.ts';
import { oneEvent } from './one-event.ts';

const product = { id: 'p1', name: 'Lamp', weight: 3, hiddenCost: 5, dimensions: { width: 4, height: 6 } };

const entities: readonly AuditCase[] = [
  oneEvent({
    name: 'entities/one-hop',
    rule: 'Fields of the entity that the event brings are fetched from other subgraphs.',
    source: fed.contribute,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { name rating } }',
    event: product,
    data: { productChanged: { name: 'Lamp', rating: 2 } },
  }),
  oneEvent({
    name: 'entities/two-hops',
    rule: 'What a fetched entity refers to is fetched from a third subgraph.',
    source: fed.entities,
    query: `subscription ($feed: String!) { productChanged(feed: $feed) { reviews { body author { name } } } }`,
    event: product,
    data: {
      productChanged: {
        reviews: [1, 2].map((n) => ({
          body: `body of p1-${n}`,
          author: { name: nameOf(`author ${n} of p1`) },
        })),
      },
    },
  }),
  oneEvent({
    name: 'entities/three-subgraphs-at-once',
    rule: 'One event is completed from all subgraphs together.',
    source: fed.entities,
    query: `subscription ($feed: String!) { productChanged(feed: $feed) {
      name rating shippingCost owner { name manager { name } } reviews { author { manager { name } } } } }`,
    event: { ...product, owner: { id: 'u1' } },
    data: {
      productChanged: {
        name: 'Lamp',
        rating: 2,
        shippingCost: 30,
        owner: { name: nameOf('u1'), manager: { name: nameOf('manager of u1') } },
        reviews: [1, 2].map((n) => ({
          author: { manager: { name: nameOf(`manager of author ${n} of p1`) } },
        })),
      },
    },
  }),
  oneEvent({
    name: 'entities/back-to-the-source',
    rule: 'An event of one subgraph refers to an entity of another, which refers back.',
    source: fed.entities,
    query: `subscription ($feed: String!) { reviewAdded(feed: $feed) { body product { name rating } author { name } } }`,
    event: { id: 'r1', product: { id: 'p1' }, author: { id: 'u1' } },
    data: {
      reviewAdded: {
        body: 'body of r1',
        product: { name: nameOf('p1'), rating: 2 },
        author: { name: nameOf('u1') },
      },
    },
  }),
  oneEvent({
    name: 'entities/key-not-selected',
    rule: 'Keys that the client did not select are asked of the source, and not shown.',
    source: fed.entities,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { owner { nickname } } }',
    event: { id: 'p1', owner: { id: 'u1' } },
    data: { productChanged: { owner: { nickname: nicknameOf('u1') } } },
  }),
  oneEvent({
    name: 'entities/nothing-to-fetch',
    rule: 'An event that has everything needs no other subgraph.',
    source: fed.entities,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { id name dimensions { width } } }',
    event: product,
    data: { productChanged: { id: 'p1', name: 'Lamp', dimensions: { width: 4 } } },
  }),
];

const directives: readonly AuditCase[] = [
  oneEvent({
    name: 'requires/field-of-the-event',
    rule: 'A field that `@requires` one of the event gets it, without the client selecting it.',
    source: fed.requires,
    query:
      'subscription ($feed: String!, $zone: Int) { productChanged(feed: $feed) { shippingCost(zone: $zone) } }',
    variables: { zone: 2 },
    event: product,
    data: { productChanged: { shippingCost: 60 } },
  }),
  oneEvent({
    name: 'requires/inaccessible-and-nested',
    rule: 'So does one that requires a field that clients can not see, and fields inside an object.',
    source: fed.requires,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { margin } }',
    event: product,
    data: { productChanged: { margin: 19 } },
  }),
  oneEvent({
    name: 'requires/field-of-another-subgraph',
    rule: 'A required field that a third subgraph has is fetched first.',
    source: fed.requires,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { priority } }',
    event: product,
    data: { productChanged: { priority: 4 } },
  }),
  oneEvent({
    name: 'requires/custom-scalar',
    rule: 'A required value of a custom scalar arrives as it is.',
    source: fed.requires,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { jsonEcho } }',
    event: { ...product, json: { a: [1, { b: null }] } },
    data: { productChanged: { jsonEcho: { a: [1, { b: null }] } } },
  }),
  oneEvent({
    name: 'requires/under-an-alias',
    rule: 'The required field is the field, whatever the client calls another one.',
    source: fed.requires,
    query:
      'subscription ($feed: String!) { productChanged(feed: $feed) { weight: name cost: shippingCost } }',
    event: product,
    data: { productChanged: { weight: 'Lamp', cost: 30 } },
  }),
  oneEvent({
    name: 'requires/in-a-list',
    rule: 'Each item of a list has its own required fields.',
    source: fed.requires,
    query: 'subscription ($feed: String!) { productsChanged(feed: $feed) { shippingCost priority } }',
    event: [1, 2, 3].map((weight) => ({ id: 'p'.repeat(weight), weight })),
    data: { productsChanged: [1, 2, 3].map((n) => ({ shippingCost: n * 10, priority: n * 2 })) },
  }),
  oneEvent({
    name: 'provides/in-the-event',
    rule: 'A field that the source provides is answered, with others of the same entity from its own subgraph.',
    source: fed.provides,
    query: 'subscription ($feed: String!) { reviewAdded(feed: $feed) { author { nickname name } } }',
    event: { id: 'r1', author: { id: 'u1' } },
    data: { reviewAdded: { author: { nickname: nicknameOf('u1'), name: nameOf('u1') } } },
  }),
  oneEvent({
    name: 'override/moved-field',
    rule: 'A field that has moved comes from its new subgraph, whatever the event says.',
    source: fed.override,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { name stock } }',
    event: { ...product, stock: -1 },
    data: { productChanged: { name: 'Lamp', stock: stockOfShipping } },
  }),
  {
    name: 'inaccessible/not-in-the-api',
    rule: 'A field that is `@inaccessible` can not be selected.',
    source: fed.inaccessible,
    run: async (scene) => {
      const query = 'subscription ($feed: String!) { productChanged(feed: $feed) { hiddenCost } }';
      const { operation, end } = await scene.attempt({ query, variables: { feed: scene.feed } });
      return expectRefusal(operation, end);
    },
  },
  {
    name: 'inaccessible/not-in-results',
    rule: 'One that is fetched for the gateway itself is in no result.',
    source: fed.inaccessible,
    run: async (scene) => {
      const query = 'subscription ($feed: String!) { productChanged(feed: $feed) { margin } }';
      const operation = await scene.follow(query);
      scene.world.feeds.publish(scene.feed, { ...product, hiddenCost: 0 });
      const seen = expectData(await operation.result(), { productChanged: { margin: 24 } });
      expect(!JSON.stringify(operation.results).includes('hiddenCost'), 'hiddenCost is in the result');
      return seen;
    },
  },
];

const mediaQuery = '{ __typename id title score ... on Book { pages } ... on Film { minutes } }';
const interfaceObjects: readonly AuditCase[] = [
  oneEvent({
    name: 'interface-object/event-of-the-interface',
    rule: 'Fields that another subgraph adds to an interface are fetched for the implementation that the event has.',
    source: fed.interfaceObject,
    query: `subscription ($feed: String!) { mediaChanged(feed: $feed) ${mediaQuery} }`,
    event: { __typename: 'Film', id: 'f22', title: 'Metropolis', minutes: 153 },
    data: { mediaChanged: { __typename: 'Film', id: 'f22', title: 'Metropolis', score: 3, minutes: 153 } },
  }),
  oneEvent({
    name: 'interface-object/event-without-the-type',
    rule: 'An event of a subgraph that does not know the implementations gets its type from the one that does.',
    source: fed.interfaceObject,
    query: `subscription ($feed: String!) { mediaScored(feed: $feed) ${mediaQuery} }`,
    event: { id: 'b22' },
    data: { mediaScored: { __typename: 'Book', id: 'b22', title: 'title of b22', score: 3, pages: 300 } },
  }),
  oneEvent({
    name: 'interface-object/only-the-type',
    rule: 'Also when nothing but `__typename` is asked of it.',
    source: fed.interfaceObject,
    query: 'subscription ($feed: String!) { mediaScored(feed: $feed) { __typename score } }',
    event: { id: 'f1' },
    data: { mediaScored: { __typename: 'Film', score: 2 } },
  }),
  oneEvent({
    name: 'interface-object/only-its-own-fields',
    rule: 'Fields of its own need no type.',
    source: fed.interfaceObject,
    query: 'subscription ($feed: String!) { mediaScored(feed: $feed) { id score } }',
    event: { id: 'f1' },
    data: { mediaScored: { id: 'f1', score: 2 } },
  }),
];

export const federationCases: readonly AuditCase[] = [...entities, ...directives, ...interfaceObjects];
