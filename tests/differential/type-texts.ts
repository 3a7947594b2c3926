/** What fields of made-up supergraphs may be of, in GraphQL, and the types that all subgraphs have alike. Picked by made-up-supergraph.ts. */
import type { SubgraphSketch } from './sketch.ts';

export interface Key {
  readonly key: string;
  readonly isResolvable: boolean;
}

export const keyForms = ['code', 'sku region', 'org { id }'];
export const keyFields: Readonly<Record<string, string>> = {
  id: ': ID!',
  code: ': String!',
  sku: ': String!',
  region: ': Int!',
  org: ': Org!',
};
export const leafTypes = [
  ...['Int', 'Int!', 'String', 'String!', 'Float', 'Boolean', 'Boolean!', 'ID', 'Color', 'Color!', 'Json'],
  ...['[Int!]', '[[String]!]', '[Color!]!', '[String]', '[Json]', '[Float]'],
];
export const wrappings = ['X', 'X', 'X!', '[X]', '[X!]', '[X!]!', '[[X]]', '[[X!]!]'];
/** Of what two subgraphs may each bring a part of: Apollo's executor merges no lists of lists. */
export const sharedWrappings = wrappings.filter((wrapping) => !wrapping.startsWith('[['));
export const argumentTexts = [
  ...['x: Int', 'x: Int = 3', 'color: Color', 'color: Color = RED', 'filter: Filter', 'json: Json'],
  ...['filter: Filter = {a: 1, texts: ["q"]}', 'texts: [String!]! = ["a\\"b"]', 'id: ID!', 'flag: Boolean'],
  'matrix: [[Int]]',
];
/** Whose fields are shared by all who have the type. */
export const valueTypes = ['V0', 'V1', 'Org'];

/** `hasHiddenValue`: is there a value of the enum that clients must not see? */
export function addPlainTypes(subgraph: SubgraphSketch, hasHiddenValue: boolean): void {
  subgraph.other('Color', `enum Color { RED GREEN BLUE GONE${hasHiddenValue ? ' @inaccessible' : ''} }`);
  subgraph.other('Json', 'scalar Json');
  const filter = subgraph.type('Filter', 'input').fields;
  filter.set('a', ': Int = 5').set('color', ': Color = GREEN').set('texts', ': [String!]');
  filter.set('inner', ': Filter').set('json', ': Json');
}

/** One that clients must not see, of interface N0. */
export function addHiddenType(subgraph: SubgraphSketch): void {
  const type = subgraph.type('Hidden');
  type.directives.add('@inaccessible').add('@shareable');
  type.fields.set('common', ': Int');
  type.interfaces.add('N0');
}

/** A count, and one with a payload that leads back to the queries when `isLeadingBack`. */
export function addMutations(
  subgraph: SubgraphSketch,
  isLeadingBack: boolean,
  texts: { readonly argumentsOf: () => string; readonly pickType: () => string },
): void {
  const mutations = subgraph.type('Mutation').fields;
  mutations.set(`count_${subgraph.name}`, `${texts.argumentsOf()}: Int!`);
  const payload = subgraph.type(`P_${subgraph.name}`);
  payload.fields.set('n', ': Int!').set('result', `: ${texts.pickType()}`);
  if (isLeadingBack) payload.fields.set('query', ': Query!');
  mutations.set(`do_${subgraph.name}`, `${texts.argumentsOf()}: P_${subgraph.name}`);
}

/** A leaf without arguments. */
export function findPlainField(fields: ReadonlyMap<string, string> = new Map()): string {
  const [plain] = [...fields].filter(([, text]) => text.startsWith(':'));
  return plain?.[0] ?? 'common';
}
