/**
 * HISTORY and SEND: `@defer` as clients write it: its definition, which the schema gets that clients see, and what a selection says by it. Used by graph.ts and by
 * all that reads deferred fragments.
 */
import type { ArgumentNode, DirectiveNode, SelectionNode } from 'graphql';
import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLNonNull,
  GraphQLSchema,
  GraphQLString,
  Kind,
} from 'graphql';

const deferDirective = new GraphQLDirective({
  name: 'defer',
  description:
    'Lets the rest of the answer be delivered before this fragment, to clients that take answers in parts.',
  locations: [DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
  args: {
    label: { type: GraphQLString, description: 'Tells this part from others.' },
    if: {
      type: new GraphQLNonNull(GraphQLBoolean),
      defaultValue: true,
      description: 'Deferred only when true.',
    },
  },
});

const extended = new WeakMap<GraphQLSchema, GraphQLSchema>();

/** The same types with `@defer`: for the same schema always the same one. */
export function withDefer(schema: GraphQLSchema): GraphQLSchema {
  const known = extended.get(schema);
  if (known !== undefined) return known;
  const config = schema.toConfig();
  const made = new GraphQLSchema({ ...config, directives: [...config.directives, deferDirective] });
  extended.set(schema, made);
  return made;
}

export interface Deferral {
  readonly label: string | null;
  /** A name is that of a variable. */
  readonly condition: boolean | string;
}

/** Null for a selection that does not say `@defer`. */
export function findDeferral({ directives = [] }: SelectionNode): Deferral | null {
  return directives.map(readDeferral).find((deferral) => deferral !== null) ?? null;
}

/** Null for another directive. */
export function readDeferral(directive: DirectiveNode): Deferral | null {
  if (!isDefer(directive)) return null;
  const label = findArgument(directive, 'label');
  const condition = findArgument(directive, 'if');
  return { label: readLabel(label), condition: readCondition(condition) };
}

export function isDefer({ name }: DirectiveNode): boolean {
  return name.value === 'defer';
}

function findArgument(directive: DirectiveNode, name: string): ArgumentNode | undefined {
  return directive.arguments?.find((argument) => argument.name.value === name);
}

function readLabel(argument: ArgumentNode | undefined): string | null {
  return argument?.value.kind === Kind.STRING ? argument.value.value : null;
}

function readCondition(argument: ArgumentNode | undefined): boolean | string {
  if (argument?.value.kind === Kind.VARIABLE) return argument.value.name.value;
  return argument?.value.kind !== Kind.BOOLEAN || argument.value.value;
}

/** Written anew. */
export function toDeferDirective({ label, condition }: Deferral): DirectiveNode {
  const written = [toArgument('label', { kind: Kind.STRING, value: label ?? '' })];
  if (typeof condition === 'string')
    written.push(toArgument('if', { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: condition } }));
  return { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'defer' }, arguments: written };
}

function toArgument(name: string, value: ArgumentNode['value']): ArgumentNode {
  return { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value };
}
