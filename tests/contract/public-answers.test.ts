/** What the subgraphs' SDL says is for everybody (@cacheControl), against what Apollo Server makes of it: it must not spread to what says nothing. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FieldDefinitionNode, ObjectTypeDefinitionNode, TypeNode } from 'graphql';
import { Kind, parse } from 'graphql';

const schemaFolder = join(import.meta.dirname, '../../schema');
const rootTypes = new Set(['Query', 'Mutation', 'Subscription']);

function readTypes(subgraph: string): ObjectTypeDefinitionNode[] {
  const { definitions } = parse(readFileSync(join(schemaFolder, `${subgraph}.graphql`), 'utf8'));
  return definitions.filter((definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION);
}

function findDirective({ directives = [] }: ObjectTypeDefinitionNode | FieldDefinitionNode, name: string) {
  return directives.find((directive) => directive.name.value === name);
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

for (const subgraph of ['auth', 'chat', 'storage']) {
  const types = readTypes(subgraph);
  const publicTypes = new Set(
    types.filter((type) => findDirective(type, 'cacheControl') !== undefined).map(({ name }) => name.value),
  );

  test(`${subgraph}: where one entity type is public, every entity type says what it is`, () => {
    // Entities of several types come in one list, and a type that says nothing would take the policy of the others.
    const silent = types.filter(
      (type) => findDirective(type, 'key') !== undefined && !publicTypes.has(type.name.value),
    );
    if (publicTypes.size > 0)
      assert.deepEqual(
        silent.map(({ name }) => name.value),
        [],
      );
  });

  test(`${subgraph}: a root field says itself whether its answer is public`, () => {
    // It asks who the viewer is; the type's policy is for those who have a reference.
    const silent = types
      .filter(({ name }) => rootTypes.has(name.value))
      .flatMap(({ fields = [] }) => fields)
      .filter(
        (field) => publicTypes.has(nameOf(field.type)) && findDirective(field, 'cacheControl') === undefined,
      );
    assert.deepEqual(
      silent.map(({ name }) => name.value),
      [],
    );
  });
}
