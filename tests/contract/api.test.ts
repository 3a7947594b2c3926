/** The public API against its contract: what is promised in api-v1/ is there, with the same names, arguments and nullability; more may be. Needs no process. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { GraphQLArgument, GraphQLNamedType, GraphQLSchema } from 'graphql';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import { composeSupergraph } from '#infra/compose.ts';

const contractFolder = join(import.meta.dirname, 'api-v1');
const contract = buildSchema(
  readdirSync(contractFolder)
    .map((name) => readFileSync(join(contractFolder, name), 'utf8'))
    .join('\n'),
);

/** Everything that a client can rely on, one line each. */
function listPromises(schema: GraphQLSchema): Set<string> {
  const types = Object.values(schema.getTypeMap());
  return new Set(
    types
      .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
      .flatMap((type) => [`${kindOf(type)} ${type.name}`, ...listMembers(type)]),
  );
}

function kindOf(type: GraphQLNamedType): string {
  return type.constructor.name;
}

function listMembers(type: GraphQLNamedType): string[] {
  if (isEnumType(type)) return type.getValues().map(({ name }) => `${type.name}.${name}`);
  if (isUnionType(type)) return type.getTypes().map(({ name }) => `${type.name} = ${name}`);
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map(
      (field) => `${type.name}.${field.name}: ${field.type} = ${showPreset(field)}`,
    );
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  const interfaces = type.getInterfaces().map(({ name }) => `${type.name} implements ${name}`);
  const fields = Object.values(type.getFields()).flatMap((field) => [
    `${type.name}.${field.name}: ${field.type}`,
    ...field.args.map((arg) => `${type.name}.${field.name}(${arg.name}: ${arg.type} = ${showPreset(arg)})`),
  ]);
  return [...interfaces, ...fields];
}

function showPreset({ defaultValue }: { defaultValue?: unknown }): string {
  return JSON.stringify(defaultValue) ?? 'none';
}

/** What a client of version 1 would have to send although version 1 does not know it. */
function listNewRequirements(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    const known = contract.getType(type.name);
    if (isInputObjectType(type) && isInputObjectType(known)) {
      const added = Object.values(type.getFields()).filter(
        ({ name }) => known.getFields()[name] === undefined,
      );
      return added.filter(isRequired).map(({ name }) => `${type.name}.${name}`);
    }
    if (!isObjectType(type) || !isObjectType(known)) return [];
    return Object.values(type.getFields()).flatMap((field) => {
      const knownField = known.getFields()[field.name];
      const added = field.args.filter(({ name }) => !knownField?.args.some((arg) => arg.name === name));
      return knownField === undefined
        ? []
        : added.filter(isRequired).map(({ name }) => `${type.name}.${field.name}(${name})`);
    });
  });
}

function isRequired({ type, defaultValue }: { type: unknown; defaultValue?: unknown }): boolean {
  return String(type).endsWith('!') && defaultValue === undefined;
}

test('the subgraphs compose without hints, and the committed files are what they compose to', async () => {
  const { files, hints } = await composeSupergraph();
  assert.deepEqual(hints, []);
  for (const [path, content] of files) {
    assert.equal(readFileSync(join(import.meta.dirname, '../..', path), 'utf8'), content, path);
  }
});

test('every promise of version 1 is kept', () => {
  const api = buildSchema(readFileSync(join(import.meta.dirname, '../../schema/api.graphql'), 'utf8'));
  const kept = listPromises(api);
  assert.deepEqual(
    [...listPromises(contract)].filter((promise) => !kept.has(promise)),
    [],
  );
});

test('nothing new is required from a client of version 1', () => {
  const api = buildSchema(readFileSync(join(import.meta.dirname, '../../schema/api.graphql'), 'utf8'));
  assert.deepEqual(listNewRequirements(api), []);
});

test('every type, field, argument and enum value has a description', () => {
  const api = buildSchema(readFileSync(join(import.meta.dirname, '../../schema/api.graphql'), 'utf8'));
  const bare = Object.values(api.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .flatMap((type) => [{ path: type.name, description: type.description }, ...describeMembers(type)])
    .filter(({ path, description }) => !description && !['Query', 'Mutation', 'Subscription'].includes(path));
  assert.deepEqual(
    bare.map(({ path }) => path),
    [],
  );
});

function describeMembers(type: GraphQLNamedType): { path: string; description: string | null | undefined }[] {
  if (isEnumType(type)) {
    return type.getValues().map(({ name, description }) => ({ path: `${type.name}.${name}`, description }));
  }
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => {
    const path = `${type.name}.${field.name}`;
    const args: readonly GraphQLArgument[] = 'args' in field ? field.args : [];
    return [
      { path, description: field.description },
      ...args.map(({ name, description }) => ({ path: `${path}(${name})`, description })),
    ];
  });
}
