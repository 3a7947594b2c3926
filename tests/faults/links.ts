/** The links of a fault run: a proxy on the way of each process to each other one, to Postgres, and of clients to each gateway. Made by scene.ts. */
import { Link } from '#tests/harness/link.ts';

export interface NamedLink {
  /** E.g. `gateway-1 to chat-2`. */
  readonly name: string;
  readonly link: Link;
}

export interface Links extends AsyncDisposable {
  readonly all: readonly NamedLink[];
  /** Puts links in front of every address in the environment of one process. */
  wire(process: string, copy: number, environment: NodeJS.ProcessEnv): Promise<void>;
  /** The address of a gateway as clients get it. */
  toGateway(url: string, copy: number): Promise<string>;
}

/** What each process reaches by which variable, and how an address is written there. */
const routes: readonly (readonly [process: string, variable: string, target: string])[] = [
  ['gateway', 'AUTH_SUBGRAPH_URL', 'auth'],
  ['gateway', 'CHAT_SUBGRAPH_URL', 'chat'],
  ['gateway', 'STORAGE_SUBGRAPH_URL', 'storage'],
  ['chat', 'MESSAGE_STORE_ADDRESS', 'store'],
  ['storage', 'MESSAGE_STORE_ADDRESS', 'store'],
  ['store', 'STORAGE_DATABASE_URL', 'postgres'],
];

export function openLinks(): Links {
  const all: NamedLink[] = [];

  /** One link for each host:port in the text, which may be a list of addresses or URLs. */
  async function divert(text: string, nameOf: (index: number) => string): Promise<string> {
    let diverted = text;
    for (const [index, target] of [...text.matchAll(/127\.0\.0\.1:\d+/g)].map(([found]) => found).entries()) {
      const link = await Link.open(target);
      all.push({ name: nameOf(index + 1), link });
      diverted = diverted.replace(target, link.address);
    }
    return diverted;
  }

  return {
    all,
    async wire(process, copy, environment) {
      for (const [from, variable, target] of routes) {
        if (from !== process) continue;
        const name = (index: number) => `${process}-${copy} to ${target}-${index}`;
        environment[variable] = await divert(environment[variable] ?? '', name);
      }
    },
    toGateway: (url, copy) => divert(url, () => `clients to gateway-${copy}`),
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map(({ link }) => link[Symbol.asyncDispose]()));
    },
  };
}
