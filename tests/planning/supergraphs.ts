/** Supergraphs that ask of a planner what federation can ask, beside the chat's own. Used by gateway/queries/planner.test.ts. */
import { readFileSync } from 'node:fs';
import { compose } from './federation.ts';

export const chat = readFileSync('schema/supergraph.graphql', 'utf8');

/** `@requires` with nested selections and arguments, `@provides`, unions, interfaces, mutations. */
export const shop = compose({
  catalog: `
    type Query { products: [Product!]! top: Product it: Item me: User items: [Item!]! nodes: [Node!]! }
    type Mutation { add(n: Int): Product del: Item }
    interface Node { id: ID! }
    union Item = Product | User
    type Product implements Node @key(fields: "id") {
      id: ID! price(currency: String): Int dims: Dims name: String parent: Product
    }
    type Dims { w: Int h(unit: String): Int }
    type User implements Node @key(fields: "id") { id: ID! fav: Product friends: [User!] }`,
  reviews: `
    type Mutation { review(text: String): Review rate: Int }
    type Product @key(fields: "id") {
      id: ID!
      price(currency: String): Int @external
      dims: Dims @external
      shipping: Int @requires(fields: "price(currency: \\"EUR\\") dims { w h(unit: \\"cm\\") }")
      reviews(first: Int = 2): [Review!]!
    }
    type Dims { w: Int @external h(unit: String): Int @external }
    type Review { body: String by: User @provides(fields: "name") product: Product }
    type User @key(fields: "id") { id: ID! name: String @external }`,
  people: `
    type User @key(fields: "id") { id: ID! name: String @shareable age: Int best: Product }
    type Product @key(fields: "id") { id: ID! stock(at: String): Int }`,
});

/** `@interfaceObject`. */
export const library = compose({
  books: `
    type Query { media: [Media!]! one(n: Int): Media book: Book lib: [Lib] }
    union Lib = Book | Film
    interface Media @key(fields: "id") { id: ID! title: String }
    type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int next: Media }
    type Film implements Media @key(fields: "id") { id: ID! title: String }`,
  stars: `
    type Query { rated: [Media!]! }
    type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int reviews: [Rev!]! }
    type Rev { of: Media text: String }`,
  credits: `
    type Film @key(fields: "id") { id: ID! director: Person }
    type Book @key(fields: "id") {
      id: ID! author: Person title: String @external blurb: String @requires(fields: "title")
    }
    type Person { name: String wrote: [Book!] }`,
});

/** Progressive `@override`. */
export const moving = compose({
  old: `type Query { x: X } type X @key(fields: "id") { id: ID! v: Int w: Int z: Int }`,
  new: `
    type X @key(fields: "id") {
      id: ID!
      v: Int @override(from: "old", label: "percent(50)")
      w: Int @override(from: "old", label: "beta")
      z: Int @override(from: "old", label: "percent(4.35)")
    }`,
});

/** Keys that can't be resolved, one type with two keys, unions whose members differ in a field's type. */
export const keys = compose({
  one: `
    type Query { p: P us: [U!]! }
    union U = P | R
    type P @key(fields: "id") { id: ID! a: Int }
    type R @key(fields: "id") { id: ID! size: String }`,
  two: `
    type P @key(fields: "id", resolvable: false) @key(fields: "upc") { id: ID! upc: ID! b: Int size: Int }
    type R @key(fields: "id") { id: ID! c: String }`,
  three: `type P @key(fields: "id") @key(fields: "upc") { id: ID! upc: ID! c: Int }`,
});

/** Fields that require one field with different arguments, here and below an object. */
export const conflicts = compose({
  one: `
    type Query { a: A as: [A!]! }
    type A @key(fields: "id") { id: ID! n(unit: String): Int in: In }
    type In { n(unit: String): Int m: Int }`,
  two: `
    type A @key(fields: "id") {
      id: ID! n(unit: String): Int @external in: In @external
      kilos: Int @requires(fields: "n(unit: \\"kg\\")")
      grams: Int @requires(fields: "n(unit: \\"g\\") in { m }")
      inKilos: Int @requires(fields: "in { n(unit: \\"kg\\") }")
      inGrams: Int @requires(fields: "in { n(unit: \\"g\\") }")
    }
    type In { n(unit: String): Int @external m: Int @external }`,
  three: `type A @key(fields: "id") { id: ID! others: [A!]! }`,
});

/** Fields that require each other, over two subgraphs. */
export const chain = compose({
  one: `type Query { a: A } type A @key(fields: "id") { id: ID! base: Int }`,
  two: `
    type A @key(fields: "id") {
      id: ID! base: Int @external second: Int @external
      first: Int @requires(fields: "base") third: Int @requires(fields: "base second")
    }`,
  three: `
    type A @key(fields: "id") {
      id: ID! first: Int @external third: Int @external
      second: Int @requires(fields: "first") fourth: Int @requires(fields: "third first")
    }`,
});
