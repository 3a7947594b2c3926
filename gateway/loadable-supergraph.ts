/**
 * A supergraph in a form that Apollo's gateway loads: it refuses every specification that a supergraph needs for its security, for it enforces none. This gateway
 * does (queries/rules/access-rules.ts), reading the supergraph as it is. Called by graph.ts; pure.
 */
import type { DirectiveNode, DocumentNode } from 'graphql';
import { Kind, parse, print, visit } from 'graphql';

/** Without the links `for: SECURITY` and the directives they bring; the same text when there are none. What they are is checked by supergraph-directives.ts. */
export function toLoadableSupergraph(supergraphSdl: string): string {
  const document = parse(supergraphSdl, { noLocation: true });
  const links = findSecurityLinks(document);
  if (links.length === 0) return supergraphSdl;
  const names = new Set(links.flatMap(readDirectiveNames));
  return print(
    visit(document, {
      enter: (node) => {
        if (node.kind === Kind.DIRECTIVE && (links.includes(node) || names.has(node.name.value))) return null;
        return node.kind === Kind.DIRECTIVE_DEFINITION && names.has(node.name.value) ? null : undefined;
      },
    }),
  );
}

function findSecurityLinks(document: DocumentNode): readonly DirectiveNode[] {
  return document.definitions
    .flatMap((definition) =>
      definition.kind === Kind.SCHEMA_DEFINITION ? (definition.directives ?? []) : [],
    )
    .filter((directive) => readArgument(directive, 'for') === 'SECURITY');
}

/** Under which its directives may stand: its own name or the one it is linked as, and those that are imported. */
function readDirectiveNames(link: DirectiveNode): string[] {
  const [name = ''] = readArgument(link, 'url')?.split('/').slice(-2) ?? [];
  const own = readArgument(link, 'as') ?? name;
  const imported = link.arguments?.find((one) => one.name.value === 'import')?.value;
  const imports = imported?.kind === Kind.LIST ? imported.values : [];
  const named = imports.flatMap((value) => {
    if (value.kind === Kind.STRING) return value.value;
    if (value.kind !== Kind.OBJECT) return [];
    const fields = new Map(value.fields.map((field) => [field.name.value, field.value]));
    const renamed = fields.get('as') ?? fields.get('name');
    return renamed?.kind === Kind.STRING ? renamed.value : [];
  });
  return [own, ...named.filter((one) => one.startsWith('@')).map((one) => one.slice(1))];
}

function readArgument({ arguments: given = [] }: DirectiveNode, name: string): string | undefined {
  const value = given.find((one) => one.name.value === name)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}
