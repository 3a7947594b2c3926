/** The subgraph `products` that Apollo's compatibility suite asks for, on our own subgraph server: its SDL from the suite, its data as the suite's COMPATIBILITY.md has it. */
import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { pino } from 'pino';
import type { Subgraph } from '#platform/subgraph/server.ts';
import { createSubgraph } from '#platform/subgraph/server.ts';

interface Product {
  readonly id: string;
  readonly sku: string;
  readonly package: string;
  readonly variation: { readonly id: string };
  readonly dimensions: object;
  readonly createdBy: object;
  readonly notes: string | null;
  readonly research: readonly Research[];
}

interface Research {
  readonly study: { readonly caseNumber: string; readonly description: string };
  readonly outcome: string | null;
}

interface User {
  readonly email: string;
  readonly totalProductsCreated?: number;
  readonly yearsOfEmployment?: number;
}

const dimensions = { size: 'small', weight: 1, unit: 'kg' };
const user = { email: 'support@apollographql.com', totalProductsCreated: 1337, yearsOfEmployment: 10 };
const research: readonly Research[] = [
  { study: { caseNumber: '1234', description: 'Federation Study' }, outcome: null },
  { study: { caseNumber: '1235', description: 'Studio Study' }, outcome: null },
];

function createProduct(name: string, variation: string, studied: Research | undefined): Product {
  return {
    id: `apollo-${name}`,
    sku: name,
    package: `@apollo/${name}`,
    variation: { id: variation },
    dimensions,
    createdBy: user,
    notes: null,
    research: studied === undefined ? [] : [studied],
  };
}

const products: readonly Product[] = [
  createProduct('federation', 'OSS', research[0]),
  { ...createProduct('studio', 'platform', research[1]), package: '' },
];
const deprecated = {
  sku: 'apollo-federation-v1',
  package: '@apollo/federation-v1',
  reason: 'Migrate to Federation V2',
  createdBy: user,
};

type ProductReference = Partial<Pick<Product, 'id' | 'sku' | 'package' | 'variation'>>;

const resolvers = {
  Query: {
    product: (_root: unknown, { id }: { id: string }) => findProduct({ id }),
    deprecatedProduct: (_root: unknown, asked: { sku: string; package: string }) => findDeprecated(asked),
  },
  Product: { __resolveReference: findProduct },
  DeprecatedProduct: { __resolveReference: findDeprecated },
  ProductResearch: {
    __resolveReference: ({ study }: Pick<Research, 'study'>) =>
      research.find((known) => known.study.caseNumber === study.caseNumber),
  },
  User: {
    __resolveReference: (reference: User) => ({ ...user, ...reference }),
    name: () => 'Jane Smith',
    averageProductsCreatedPerYear: ({ totalProductsCreated = 0, yearsOfEmployment = 1 }: User) =>
      Math.round(totalProductsCreated / yearsOfEmployment),
  },
  Inventory: { __resolveReference: ({ id }: { id: string }) => ({ id, deprecatedProducts: [deprecated] }) },
};

function findProduct({ id, sku, package: packageName, variation }: ProductReference): Product | undefined {
  return products.find((product) => {
    if (id !== undefined) return product.id === id;
    if (packageName !== undefined) return product.sku === sku && product.package === packageName;
    return product.sku === sku && product.variation.id === variation?.id;
  });
}

function findDeprecated(asked: { sku: string; package: string }): typeof deprecated | null {
  return asked.sku === deprecated.sku && asked.package === deprecated.package ? deprecated : null;
}

export function createProducts(sdlFile: string, internalKey: string): Subgraph {
  return createSubgraph({
    typeDefs: parse(readFileSync(sdlFile, 'utf8')),
    resolvers,
    // Nobody signs in.
    authentication: {
      verifier: { verify: () => Promise.reject(new Error('no tokens')) },
      isRevoked: () => false,
    },
    internalKey,
    bodyBytesMax: 100_000,
    logger: pino({ level: 'silent' }),
  });
}
