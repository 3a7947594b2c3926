/**
 * The planner's process: answers one operation after the other until the gateway, which started it (planner-process.ts), lets go of it. Calls
 * operation-planner.ts. A terminal's Ctrl-C is the gateway's to answer, which may still have to plan.
 */
import type { OperationPlanner } from './operation-planner.ts';
import { createOperationPlanner } from './operation-planner.ts';
import type { Plan } from './plan.ts';
import type { PlanRequest } from './planner.ts';
import type { FromPlanner, ToPlan, ToPlanner } from './planner-messages.ts';

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
      say({ kind: 'planned', plan: await plan(planner, message) });
    }
  } catch (error) {
    say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

/** What both planners are wrong about is planned in parts; if that fails too, the error is Apollo's. */
async function plan(by: OperationPlanner, { operation, withoutHive }: ToPlan): Promise<Plan> {
  if (by.hasConflict(operation)) return by.planInParts(operation);
  const byHive = withoutHive ? null : by.planByHive(operation);
  if (byHive !== null) return byHive;
  try {
    return await planByApollo(by, operation);
  } catch (error) {
    try {
      return await by.planInParts(operation);
    } catch {
      throw error;
    }
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
