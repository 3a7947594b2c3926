/** All suites of the federation audit, in the order of the report. */
import * as x1 from './suites/entity-keys.ts';
import * as x2 from './suites/entity-parents.ts';
import * as x3 from './suites/requires.ts';
import * as x4 from './suites/requires-arguments.ts';
import * as x5 from './suites/requires-abstract.ts';
import * as x6 from './suites/provides.ts';
import * as x7 from './suites/overrides.ts';
import * as x8 from './suites/interface-objects.ts';
import * as x9 from './suites/abstract-types.ts';
import * as x10 from './suites/unions.ts';
import * as x11 from './suites/nodes.ts';
import * as x12 from './suites/merged-types.ts';
import * as x13 from './suites/extensions.ts';
import type { Suite } from './suite.ts';

export const suites: readonly Suite[] = [x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13].flatMap((module) => Object.values(module) as Suite[]);
