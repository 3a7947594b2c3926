/**
 * HISTORY and SEND: the variables of a request, checked against what the operation declares. Subgraphs get them as they are and coerce for themselves; here it is
 * said what is wrong, and what @skip and @include depend on. Compiled once per operation by prepared-operation.ts.
 */
import type { GraphQLInputType, GraphQLSchema, VariableDefinitionNode } from 'graphql';
import {
  GraphQLError,
  getVariableValues,
  isNonNullType,
  isScalarType,
  typeFromAST,
  valueFromAST,
} from 'graphql';
import type { ConditionValues } from './conditions.ts';

type Variables = Readonly<Record<string, unknown>>;

export type ReadVariables = (
  variables: Variables,
) => { readonly conditions: ConditionValues } | { readonly errors: readonly GraphQLError[] };

const noConditions: ConditionValues = new Map();

/** `conditionNames`: variables whose values are wanted. */
export function compileVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  conditionNames: readonly string[],
): ReadVariables {
  const plain = definitions.map((definition) => compilePlain(schema, definition));
  const presets = new Map(plain.map(({ name, preset }) => [name, preset]));
  return (variables) => {
    if (!plain.every(({ holds }) => holds(variables))) {
      const { errors, coerced } = getVariableValues(schema, definitions, variables);
      if (errors !== undefined) return { errors: errors.map(toInputError) };
      return { conditions: new Map(conditionNames.map((name) => [name, coerced[name] === true])) };
    }
    if (conditionNames.length === 0) return { conditions: noConditions };
    const given = (name: string) => (Object.hasOwn(variables, name) ? variables[name] : presets.get(name));
    return { conditions: new Map(conditionNames.map((name) => [name, given(name) === true])) };
  };
}

interface PlainVariable {
  readonly name: string;
  readonly preset: unknown;
  /** Is it surely right? If not, graphql-js has to look. */
  holds(variables: Variables): boolean;
}

function compilePlain(schema: GraphQLSchema, definition: VariableDefinitionNode): PlainVariable {
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type as Parameters<typeof typeFromAST>[1]) as GraphQLInputType;
  const preset =
    definition.defaultValue === undefined ? undefined : valueFromAST(definition.defaultValue, type);
  const isValue = findTest(isNonNullType(type) ? type.ofType : type);
  const mayBeAbsent = !isNonNullType(type) || preset !== undefined;
  return {
    name,
    preset,
    holds: (variables) => {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      return value === undefined ? mayBeAbsent : isValue(value);
    },
  };
}

const never = () => false;

/** Values of the scalars that everybody has. */
function findTest(type: GraphQLInputType): (value: unknown) => boolean {
  if (!isScalarType(type)) return never;
  switch (type.name) {
    case 'ID':
    case 'String':
      return (value) => typeof value === 'string';
    case 'Boolean':
      return (value) => typeof value === 'boolean';
    case 'Int':
      return (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
    case 'Float':
      return (value) => Number.isFinite(value);
    default:
      return never;
  }
}

function toInputError({ message, nodes = [] }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT' } });
}
