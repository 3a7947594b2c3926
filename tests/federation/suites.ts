/** All suites of the federation audit, in the order of the report. */
import { entityByKey, keysInSteps, keysNotResolvable, nestedKeys, nullKeys } from './suites/entity-keys.ts';
import type { Suite } from './suite.ts';

export const suites: readonly Suite[] = [entityByKey, keysInSteps, nestedKeys, keysNotResolvable, nullKeys];
