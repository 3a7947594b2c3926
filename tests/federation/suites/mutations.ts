/** Suites of the federation audit: mutations. */
import type { Row, Suite } from '../suite.ts';

/** Each operation of the cases counts under a name of its own, so that cases do not disturb each other. */
function createCounter() {
  const values = new Map<unknown, number>();
  const change =
    (by: (value: number) => number) =>
    ({ of }: Row) => {
      const value = by(values.get(of) ?? 0);
      values.set(of, value);
      return value;
    };
  return { change, value: ({ of }: Row) => values.get(of) ?? 0, forget: ({ of }: Row) => values.delete(of) };
}

const counter = createCounter();

const monolithCounter = createCounter();

const added = ({ input }: Row) => {
  const { name, price } = input as Row;
  return { id: `${name}-${price}`, name, price };
};
/** From its id: whichever subgraph is asked says the same. */
const readWare = ({ id }: Row) => {
  const [name, price] = String(id).split('-');
  return { id, name, price: Number(price) };
};

const twice = (value: number) => value * 2;

const plusThree = (value: number) => value + 3;

export const mutations: Suite = {
  name: 'mutations',
  about:
    'Mutations of several subgraphs run one after the other in the order of the operation, and their answers are completed like those of queries.',
  subgraphs: {
    left: {
      sdl: `type Query { counted(of: ID!): Int! } type Mutation { addThree(of: ID!): Int! add(input: NewWare!): Ware! @shareable fail: Int boom: Ware }
        input NewWare { name: String! price: Int! }
        type Ware @key(fields: "id") { id: ID! name: String! @shareable price: Int! @shareable }`,
      root: {
        counted: counter.value,
        addThree: counter.change(plusThree),
        add: added,
        fail: () => {
          throw new Error('failed');
        },
        boom: () => ({ id: 'gone', name: 'x', price: 1 }),
      },
      entities: { Ware: readWare },
    },
    right: {
      sdl: `type Mutation { double(of: ID!): Int! forget(of: ID!): Boolean! add(input: NewWare!): Ware! @shareable }
        input NewWare { name: String! price: Int! }
        type Ware @key(fields: "id") { id: ID! name: String! @shareable price: Int! @shareable }
        type Query { _unused: Int }`,
      root: { double: counter.change(twice), forget: counter.forget, add: added },
      entities: { Ware: readWare },
    },
    checks: {
      sdl: `type Ware @key(fields: "id") {
          id: ID! price: Int! @external isDear: Boolean! @requires(fields: "price") inStock: Boolean!
        }
        type Query { _unusedToo: Int }`,
      entities: { Ware: (reference) => (reference.id === 'gone' ? null : reference) },
      fields: {
        Ware: {
          isDear: ({ price }) => (price === undefined ? undefined : Number(price) > 100),
          inStock: () => true,
        },
      },
    },
  },
  monolith: {
    counted: monolithCounter.value,
    addThree: monolithCounter.change(plusThree),
    double: monolithCounter.change(twice),
    forget: monolithCounter.forget,
    add: ({ input }: Row) => ({
      ...added({ input }),
      isDear: Number((input as Row).price) > 100,
      inStock: true,
    }),
    fail: () => {
      throw new Error('failed');
    },
    boom: {
      id: 'gone',
      inStock: () => {
        throw new Error('gone');
      },
    },
  },
  cases: [
    {
      name: 'in-order',
      query:
        'mutation ($of: ID!) { three: addThree(of: $of) six: double(of: $of) nine: addThree(of: $of) eighteen: double(of: $of) forget(of: $of) }',
      variables: { of: 'in-order' },
      expected: { data: { three: 3, six: 6, nine: 9, eighteen: 18, forget: true } },
    },
    {
      name: 'in-order-within-one-subgraph',
      query: 'mutation { a: addThree(of: "k") b: addThree(of: "k") c: double(of: "k") d: forget(of: "k") }',
      expected: { data: { a: 3, b: 6, c: 12, d: true } },
    },
    {
      name: 'completed',
      query: 'mutation { add(input: { name: "Pan", price: 200 }) { name isDear inStock } }',
      expected: { data: { add: { name: 'Pan', isDear: true, inStock: true } } },
    },
    {
      name: 'by-a-variable',
      query: 'mutation ($w: NewWare!) { add(input: $w) { id price isDear } }',
      variables: { w: { name: 'Cup', price: 3 } },
      expected: { data: { add: { id: 'Cup-3', price: 3, isDear: false } } },
    },
    {
      name: 'failed-between-others',
      query: 'mutation { a: addThree(of: "f") fail b: double(of: "f") c: forget(of: "f") }',
      expected: { data: { a: 3, fail: null, b: 6, c: true }, errors: true },
    },
    {
      name: 'completed-with-nothing',
      query: 'mutation { boom { id inStock } }',
      expected: { data: { boom: null }, errors: 'any' },
    },
  ],
};
