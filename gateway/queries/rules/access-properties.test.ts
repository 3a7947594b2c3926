/** Whatever is asked by whomever: what is left asks for nothing its viewer may not see, and lacks nothing else. Judged by walking it as execution would. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import fc from 'fast-check';
import type { DocumentNode, GraphQLCompositeType, SelectionSetNode } from 'graphql';
import {
  getNamedType,
  getOperationAST,
  isCompositeType,
  isObjectType,
  isUnionType,
  Kind,
  OperationTypeNode,
  parse,
  validate,
} from 'graphql';
import { createSessionId, createUserId } from '#schema/ids.ts';
import type { Identity } from '../../viewer.ts';
import { createAccessRules } from './access-rules.ts';
import { readSupergraphDirectives } from './supergraph-directives.ts';

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@requiresScopes", "@policy"])
  type Query { a: A  b: B @authenticated  n: N  u: U  list: [A!]! }
  interface N { x: Int  a: A }
  type A implements N { x: Int  a: A  n: N  s: S  y: Int @requiresScopes(scopes: [["p", "q"], ["r"]]) }
  type B implements N { x: Int @policy(policies: [["k"]])  a: A  u: U }
  type C @requiresScopes(scopes: [["p"]]) { x: Int  z: Int @authenticated  u: U }
  union U = A | C
  scalar S @policy(policies: [["k", "l"]])
`;
/** The same by hand: what an object's type, a field of it, or a leaf asks for. An interface asks for what its implementations do. */
const asks: Record<string, (granted: ReadonlySet<string>) => boolean> = {
  'Query.b': (granted) => granted.has('viewer'),
  'A.y': (granted) => (granted.has('p') && granted.has('q')) || granted.has('r'),
  'B.x': (granted) => granted.has('policy k'),
  'N.x': (granted) => granted.has('policy k'),
  C: (granted) => granted.has('p'),
  'C.z': (granted) => granted.has('viewer'),
  S: (granted) => granted.has('policy k') && granted.has('policy l'),
};

const { supergraphSdl = '' } = composeServices([{ name: 's', typeDefs: parse(sdl) }]);
const schema = Supergraph.build(supergraphSdl, { supportedFeatures: null }).apiSchema().toGraphQLJSSchema();
const rules = createAccessRules(readSupergraphDirectives(supergraphSdl));

const identities: fc.Arbitrary<{ identity: Identity; granted: ReadonlySet<string> }> = fc
  .record({ isViewer: fc.boolean(), scopes: fc.subarray(['p', 'q', 'r']), policies: fc.subarray(['k', 'l']) })
  .map(({ isViewer, scopes, policies }) => {
    if (!isViewer) return { identity: { kind: 'anonymous' }, granted: new Set() };
    const session = { userId: createUserId(), sessionId: createSessionId(), tokenId: 't', expiresAtMs: 0 };
    const viewer = { ...session, scopes: new Set(scopes), policies: new Set(policies) };
    const granted = new Set(['viewer', ...scopes, ...policies.map((policy) => `policy ${policy}`)]);
    return { identity: { kind: 'viewer', viewer, authorization: '' }, granted };
  });

/** Selections on a type, no deeper than `depth`. */
function selectionsOn(type: GraphQLCompositeType, depth: number): fc.Arbitrary<string> {
  const fields = isUnionType(type) ? [] : Object.values(type.getFields());
  const choices: fc.Arbitrary<string>[] = [fc.constant('__typename')];
  for (const field of fields) {
    const fieldType = getNamedType(field.type);
    // Alias by type and field, so that no two can't be merged.
    const name = fc.constantFrom(field.name, `${type.name}_${field.name}: ${field.name}`);
    if (!isCompositeType(fieldType)) choices.push(name);
    else if (depth > 0)
      choices.push(
        fc.tuple(name, selectionsOn(fieldType, depth - 1)).map(([key, inside]) => `${key}{${inside}}`),
      );
  }
  const narrower = isObjectType(type) ? [] : [...schema.getPossibleTypes(type), schema.getType('N')];
  for (const inner of narrower) {
    if (depth > 0 && isCompositeType(inner))
      choices.push(selectionsOn(inner, depth - 1).map((inside) => `...on ${inner.name}{${inside}}`));
  }
  return fc.array(fc.oneof(...choices), { minLength: 1, maxLength: 4 }).map((all) => all.join(' '));
}

/** Response keys of a path of findFields. */
function toKeys(path: string): string {
  const steps = path.split('/').slice(1);
  return steps.map((step) => step.split('.')[1]).join('.');
}

/** `Type.field` of each field that an object at its place can have, as executing it would find them, by path. */
function findFields(document: DocumentNode): { path: string; coordinates: string[] }[] {
  const root = schema.getRootType(OperationTypeNode.QUERY);
  const operation = getOperationAST(document);
  assert.ok(root && operation);
  const found: ReturnType<typeof findFields> = [];
  const visit = (
    selectionSet: SelectionSetNode,
    at: { path: string; asked: GraphQLCompositeType; actual: string },
  ) => {
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) throw new Error('spread out');
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const asked = schema.getType(selection.typeCondition?.name.value ?? at.asked.name);
        assert.ok(isCompositeType(asked));
        const actual = schema.getType(at.actual);
        assert.ok(isObjectType(actual));
        if (isObjectType(asked) ? asked === actual : schema.isSubType(asked, actual))
          visit(selection.selectionSet, { ...at, asked });
        continue;
      }
      const name = selection.name.value;
      if (name === '__typename' || isUnionType(at.asked)) continue;
      const fieldType = getNamedType(at.asked.getFields()[name]?.type);
      assert.ok(fieldType);
      const path = `${at.path}/${at.asked.name}>${at.actual}.${selection.alias?.value ?? name}`;
      const coordinates = [`${at.asked.name}.${name}`, `${at.actual}.${name}`, at.actual, fieldType.name];
      found.push({ path, coordinates });
      if (!selection.selectionSet || !isCompositeType(fieldType)) continue;
      const actuals = isObjectType(fieldType) ? [fieldType] : schema.getPossibleTypes(fieldType);
      for (const { name: actual } of actuals)
        visit(selection.selectionSet, { path, asked: fieldType, actual });
    }
  };
  visit(operation.selectionSet, { path: '', asked: root, actual: root.name });
  return found;
}

test('what is left holds all that is allowed and nothing that is not', () => {
  const root = schema.getRootType(OperationTypeNode.QUERY);
  assert.ok(root);
  fc.assert(
    fc.property(selectionsOn(root, 4), identities, (selections, { identity, granted }) => {
      const document = parse(`{${selections}}`);
      fc.pre(validate(schema, document).length === 0);
      const access = rules.analyse(schema, document);
      const filtered = access?.filter(access.evaluate(identity));
      const mayHave = (coordinates: string[]) =>
        coordinates.every((coordinate) => asks[coordinate]?.(granted) ?? true);
      const left = filtered === undefined ? document : filtered.document;
      const kept = left === null ? [] : findFields(left);
      if (left !== null) assert.deepEqual(validate(schema, left), []);
      for (const { path, coordinates } of kept) assert.ok(mayHave(coordinates), `${path} is left`);
      const paths = new Set(kept.map(({ path }) => path));
      const denied = (filtered?.denied ?? []).map((field) => field.path.join('.'));
      const asked = findFields(document);
      for (const { path } of asked) {
        const isDenied = denied.some((key) => `${toKeys(path)}.`.startsWith(`${key}.`));
        assert.ok(paths.has(path) || isDenied, `${path} is neither left nor denied`);
      }
      for (const key of denied) {
        const isRight = asked.some(({ path, coordinates }) => toKeys(path) === key && !mayHave(coordinates));
        assert.ok(isRight, `${key} is denied`);
      }
    }),
    { numRuns: 500 },
  );
});
