/** MessageMe's own supergraph for gateways that take the addresses of subgraphs from it. Used by fanout/peers/hive.ts and queries/planning/. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '#infra/stack/settings.ts';

type Urls = Readonly<Record<'auth' | 'chat' | 'storage', string>>;

/** The path of a file in `folder` that has it with these addresses. */
export function writeChatSupergraph(folder: string, urls: Urls): string {
  const sdl = readFileSync(join(projectDir, 'schema/supergraph.graphql'), 'utf8');
  const file = join(folder, 'chat-supergraph.graphql');
  const address = /name: "(auth|chat|storage)", url: "[^"]*"/g;
  writeFileSync(
    file,
    sdl.replace(address, (_, name: keyof Urls) => `name: "${name}", url: "${urls[name]}"`),
  );
  return file;
}
