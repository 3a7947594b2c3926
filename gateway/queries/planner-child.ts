/**
 * The planner's process: answers one operation after the other until the gateway, which started it (planner-process.ts), lets go of it. Calls
 * operation-planner.ts. A terminal's Ctrl-C is the gateway's to answer, which may still have to plan.
 */
import type { OperationPlanner } from './operation-planner.ts';
import { createOperationPlanner } from './operation-planner.ts';
import type { Plan } from './plan.ts';
import type { PlanRequest } from './planner.ts';
import type { FromPlanner, ToPlanner } from './planner-messages.ts';

let planner: OperationPlanner | null = null;
let hasApollo = false;

process.on('message', (message: ToPlanner) => void answer(message));
process.on('SIGINT', () => undefined);

async function answer(message: ToPlanner): Promise<void> {
  try {
    if ('supergraphSdl' in message) {
      planner = createOperationPlanner(message.supergraphSdl);
      if (planner.facts.hasInterfaceObjects) await loadApollo(planner);
      say({ kind: 'ready', facts: planner.facts });
    } else if (planner !== null) {
      const byHive = message.withoutHive ? null : planner.planByHive(message.operation);
      say({ kind: 'planned', plan: byHive ?? (await planByApollo(planner, message.operation)) });
    }
  } catch (error) {
    say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

async function planByApollo(by: OperationPlanner, operation: PlanRequest): Promise<Plan> {
  if (hasApollo) return (await by.loadApollo())(operation);
  say({ kind: 'loading' });
  const plan = await loadApollo(by);
  say({ kind: 'ready', facts: by.facts });
  return plan(operation);
}

async function loadApollo(by: OperationPlanner) {
  const plan = await by.loadApollo();
  hasApollo = true;
  return plan;
}

function say(message: FromPlanner): void {
  process.send?.(message);
}
