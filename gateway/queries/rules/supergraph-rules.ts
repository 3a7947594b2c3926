/**
 * HISTORY, SEND and LIVE: what one supergraph says of operations beyond their meaning: who may see what, and what it costs. Made by gateway.ts with each
 * new supergraph; asked wherever an operation comes in.
 */
import type { AccessRules } from './access-rules.ts';
import { createAccessRules } from './access-rules.ts';
import type { CostRules } from './cost-rules.ts';
import { createCostRules } from './cost-rules.ts';
import { readSupergraphDirectives } from './supergraph-directives.ts';

export interface SupergraphRules {
  readonly access: AccessRules;
  readonly costs: CostRules;
}

/** Throws for a supergraph that asks for something for its security or execution that this gateway does not know. */
export function createSupergraphRules(
  supergraphSdl: string,
  { costListItems }: { readonly costListItems: number },
): SupergraphRules {
  const directives = readSupergraphDirectives(supergraphSdl);
  return { access: createAccessRules(directives), costs: createCostRules(directives, costListItems) };
}
