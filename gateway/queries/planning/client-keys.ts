/**
 * HISTORY and SEND: keeps the names a client gives from hiding what a planner adds. `{ user { id: name, age } }` with `age` elsewhere: planners take the
 * name for the key and ask for the wrong user. Such names are replaced before planning. Called by query-operation.ts and response-writer.ts; pure.
 */
import type { ASTNode, DocumentNode, FieldNode, GraphQLSchema, VariableNode } from 'graphql';
import { Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

const prefix = '_client_';

/**
 * The document with other response keys where one could stand for a needed field, and other names for variables that planners have names like.
 * The same object when there are none, as nearly always.
 */
export function protectClientNames(
  document: DocumentNode,
  schema: GraphQLSchema,
  neededNames: ReadonlySet<string>,
): DocumentNode {
  const typeInfo = new TypeInfo(schema);
  const protect = (node: ASTNode) => {
    if (node.kind === Kind.VARIABLE) return protectVariable(node);
    if (node.kind !== Kind.FIELD) return undefined;
    const takesArguments = (typeInfo.getFieldDef()?.args.length ?? 0) > 0;
    return protectField(node, neededNames, takesArguments);
  };
  return visit(document, visitWithTypeInfo(typeInfo, { enter: protect }));
}

/** Undefined for one that may stay: what a planner adds would be the same, or has another key. */
function protectField(
  field: FieldNode,
  neededNames: ReadonlySet<string>,
  takesArguments: boolean,
): FieldNode | undefined {
  const key = (field.alias ?? field.name).value;
  const isRisky = neededNames.has(key) || key.startsWith('_');
  if (!isRisky || (key === field.name.value && !takesArguments)) return undefined;
  return { ...field, alias: { kind: Kind.NAME, value: prefix + key } };
}

function protectVariable(variable: VariableNode): VariableNode | undefined {
  const { value } = variable.name;
  if (!isRiskyVariable(value)) return undefined;
  return { ...variable, name: { kind: Kind.NAME, value: prefix + value } };
}

/** The client's variables by the names that they have in a protected document. */
export function protectVariables(
  variables: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [isRiskyVariable(name) ? prefix + name : name, value]),
  );
}

/** Planners have variables of such names of their own. */
function isRiskyVariable(name: string): boolean {
  return name === 'representations' || name.startsWith('_');
}

/** The client's name for a response key or a variable of a protected document. */
export function toClientName(name: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}
