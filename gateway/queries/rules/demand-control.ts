/**
 * HISTORY, SEND and LIVE: operations that may cost too much are refused before anything is fetched. Made by gateway.ts; called per request by http.ts and
 * operations.ts with what cost-rules.ts has weighed once per operation.
 */
import { GraphQLError } from 'graphql';
import type { Registry } from 'prom-client';
import { Histogram } from 'prom-client';
import { badUserInput, createGraphQLError } from '#platform/graphql-errors.ts';
import type { Variables } from './cost-formula.ts';
import type { OperationCost } from './cost-rules.ts';

/** `measure`: nothing is refused, to find out which limit would be right. */
export type DemandControlMode = 'enforce' | 'measure';

export interface DemandControl {
  /** Counts the request. Why it may not run, or null: BAD_USER_INPUT or COST_ESTIMATED_TOO_EXPENSIVE. */
  check(cost: OperationCost, variables: Variables): GraphQLError | null;
}

export function createDemandControl(options: {
  readonly mode: DemandControlMode;
  readonly costMax: number;
  readonly metrics: Registry;
}): DemandControl {
  const { mode, costMax, metrics } = options;
  const estimated = new Histogram({
    name: 'gateway_operation_estimated_cost',
    help: 'What operations were estimated to cost before they ran, those that were refused included; in the unit of COST_MAX.',
    buckets: [1, 10, 30, 100, 300, 1_000, 3_000, 10_000, 100_000],
    registers: [metrics],
  });
  return {
    check: (operationCost, variables) => {
      const { cost, unsliced } = operationCost.estimate(variables);
      estimated.observe(cost);
      if (mode === 'measure') return null;
      if (unsliced.length > 0) return badUserInput(`${unsliced.join('; ')}.`);
      return cost > costMax ? tooExpensive(cost, costMax) : null;
    },
  };
}

function tooExpensive(cost: number, costMax: number): GraphQLError {
  const text = `An operation may cost ${costMax}; this one may cost ${cost}. Use smaller pages.`;
  const { message, extensions } = createGraphQLError('COST_ESTIMATED_TOO_EXPENSIVE', text);
  return new GraphQLError(message, { extensions: { ...extensions, costEstimated: cost, costMax } });
}
