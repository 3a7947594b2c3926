/** All suites of the federation audit, in the order of the report. */
import type { Suite } from './suite.ts';
import { abstractTypes } from './suites/abstract-types.ts';
import { executableDirectives, introspection, skipAndInclude } from './suites/client-schema.ts';
import { entityByKey, keysInSteps, nestedKeys } from './suites/entity-keys.ts';
import { keysNotResolvable, nullKeys } from './suites/entity-keys-unusable.ts';
import {
  childTypesDiffer,
  missingEntities,
  parentEntity,
  parentEntityDeep,
  stubEntities,
} from './suites/entity-parents.ts';
import {
  extensionsOfTwoKeys,
  externalKeyOfExtension,
  federation1Extends,
  federation1Extension,
  federation2Extends,
  federation2Extension,
} from './suites/extensions.ts';
import { failuresOnTheWay, partialFailures, refusedOperations } from './suites/failures.ts';
import { interfaceObject, interfaceObjectRequires } from './suites/interface-objects.ts';
import {
  interfaceObjectIndirect,
  interfaceObjectUnresolvable,
} from './suites/interface-objects-elsewhere.ts';
import { enumValuesDiffer, inputFieldsDiffer, sharedRoot, sharedValues } from './suites/merged-types.ts';
import { mutations } from './suites/mutations.ts';
import { externalNodeIds, nodes } from './suites/nodes.ts';
import { fragmentsAndAliases, valuesAndVariables } from './suites/operations.ts';
import {
  inaccessible,
  overrideByShare,
  overrideOfInterfaceField,
  overrideOfNobody,
  overrides,
  overrideWithRequires,
} from './suites/overrides.ts';
import {
  providesNested,
  providesOnInterface,
  providesOnlyAsked,
  providesOnUnion,
} from './suites/provides.ts';
import { requiresAndProvides, requiresInChain } from './suites/requires.ts';
import { requiresFragments, requiresInterface } from './suites/requires-abstract.ts';
import {
  requiresArgumentOfList,
  requiresOneArgument,
  requiresTwoArguments,
} from './suites/requires-arguments.ts';
import { requiresInCircle, requiresOfLists } from './suites/requires-entities.ts';
import { requiresOfNull, requiresUnderAliases } from './suites/requires-names.ts';
import { circularInterface, typenames } from './suites/typenames.ts';
import {
  partialUnion,
  typeOfFieldDiffers,
  unionAcrossInterfaces,
  unionMembersDiffer,
} from './suites/unions.ts';

export const suites: readonly Suite[] = [
  entityByKey,
  keysInSteps,
  nestedKeys,
  keysNotResolvable,
  nullKeys,
  parentEntity,
  parentEntityDeep,
  missingEntities,
  childTypesDiffer,
  stubEntities,
  requiresAndProvides,
  requiresInChain,
  requiresInCircle,
  requiresOfLists,
  requiresOneArgument,
  requiresTwoArguments,
  requiresArgumentOfList,
  requiresUnderAliases,
  requiresOfNull,
  requiresInterface,
  requiresFragments,
  providesNested,
  providesOnInterface,
  providesOnUnion,
  providesOnlyAsked,
  overrides,
  overrideOfNobody,
  overrideWithRequires,
  overrideOfInterfaceField,
  overrideByShare,
  inaccessible,
  interfaceObject,
  interfaceObjectRequires,
  interfaceObjectIndirect,
  interfaceObjectUnresolvable,
  abstractTypes,
  circularInterface,
  typenames,
  unionMembersDiffer,
  unionAcrossInterfaces,
  partialUnion,
  typeOfFieldDiffers,
  nodes,
  externalNodeIds,
  enumValuesDiffer,
  inputFieldsDiffer,
  sharedRoot,
  sharedValues,
  mutations,
  federation1Extends,
  federation1Extension,
  federation2Extends,
  federation2Extension,
  extensionsOfTwoKeys,
  externalKeyOfExtension,
  valuesAndVariables,
  fragmentsAndAliases,
  skipAndInclude,
  executableDirectives,
  introspection,
  partialFailures,
  failuresOnTheWay,
  refusedOperations,
];
