/** What a suite of the federation audit is: subgraphs around one feature, the same world as one server would know it, and questions. Suites stand in suites/. */

/** A record of the suite's data, an entity reference, or arguments. A function is a field that takes arguments. */
export type Row = { readonly [field: string]: unknown };

/** The value of a field from the record it belongs to. */
export type FieldResolver = (source: Row, args: Row) => unknown;

export interface SubgraphDefinition {
  /** Without the `@link` of Federation 2, which is put before it. */
  readonly sdl: string;
  /** Takes `sdl` as Federation 1 wrote it. */
  readonly isFederation1?: true;
  /** Fields of the root types. */
  readonly root?: Row;
  /** Entity type -> what is behind a reference, null when there is nothing. */
  readonly entities?: Readonly<Record<string, (reference: Row) => Row | null>>;
  /** Type -> field -> how it is computed. Other fields are those of the record; what the record lacks the subgraph refuses. */
  readonly fields?: Readonly<Record<string, Readonly<Record<string, FieldResolver>>>>;
}

export interface FederationCase {
  /** Unique in its suite. */
  readonly name: string;
  readonly query: string;
  readonly variables?: Row;
  readonly expected: Expected;
  /** Why one server that knows everything would answer something else; without it, it has to give `expected`. */
  readonly unlikeMonolith?: string;
}

export interface Expected {
  /** In the order of the selections. Null also when the operation is refused. */
  readonly data: unknown;
  /** The answer has errors; `any` where rules leave it open; without it, it must have none. */
  readonly errors?: true | 'any';
}

/** An answer as JSON has it. */
export interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string }[];
}

export interface Suite {
  readonly name: string;
  /** The feature, and what goes wrong with it. */
  readonly about: string;
  readonly subgraphs: Readonly<Record<string, SubgraphDefinition>>;
  /** Root fields as one server that owns everything has them; objects behind abstract types have a `__typename`. */
  readonly monolith: Row;
  readonly cases: readonly FederationCase[];
}

/** Only these fields of the record: all that a subgraph knows of it. */
export function pick(row: Row, ...fields: readonly string[]): Row {
  return Object.fromEntries(fields.map((field) => [field, row[field]]));
}

/** `pick` for each. */
export function pickEach(rows: readonly Row[], ...fields: readonly string[]): Row[] {
  return rows.map((row) => pick(row, ...fields));
}

/** The record with this value in the field; throws when there is none. */
export function find(rows: readonly Row[], field: string, value: unknown): Row {
  const row = rows.find((one) => one[field] === value);
  if (row === undefined) throw new Error(`no record with ${field} ${JSON.stringify(value)}`);
  return row;
}

/**
 * Resolves references by a key field: what came with the reference (where fields named by `@requires` are), and the
 * named fields of the record.
 */
export function byKey(rows: readonly Row[], key: string, ...fields: readonly string[]) {
  return (reference: Row): Row | null => {
    const row = rows.find((one) => one[key] === reference[key]);
    return row === undefined ? null : { ...reference, ...pick(row, ...fields) };
  };
}
