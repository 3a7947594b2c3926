/** The shipping subgraph: fields of products that are computed from fields of others. Called by world.ts. */
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/resolvers.js';
import { jsonScalar } from './scalars.ts';
import type { AuditContext } from './subgraph.ts';

interface Product {
  readonly id: string;
  readonly weight?: number | null;
  readonly hiddenCost?: number | null;
  readonly dimensions?: { readonly width: number; readonly height: number } | null;
  readonly json?: unknown;
  readonly rating?: number | null;
}

export const stockOfShipping = 7;

/** A required field that the gateway has not sent makes the result null. */
export function createShippingResolvers(): GraphQLResolverMap<AuditContext> {
  return {
    JSON: jsonScalar,
    Query: { zones: () => [1, 2, 3] },
    Product: {
      __resolveReference: (reference: object) => reference,
      shippingCost: ({ weight }: Product, { zone }: { zone: number }) =>
        typeof weight === 'number' ? weight * 10 * zone : null,
      margin: ({ dimensions, hiddenCost }: Product) =>
        dimensions && typeof hiddenCost === 'number'
          ? dimensions.width * dimensions.height - hiddenCost
          : null,
      jsonEcho: ({ json }: Product) => json ?? null,
      priority: ({ rating }: Product) => (typeof rating === 'number' ? rating * 2 : null),
      stock: () => stockOfShipping,
    },
  };
}
