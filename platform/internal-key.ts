/** The key by which our processes know each other: subgraphs and gRPC services answer only callers that have it. */

/** Header and gRPC metadata key that carries it. */
export const internalKeyHeader = 'x-internal-key';
