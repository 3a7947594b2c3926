/** What is asked: one operation with ever other variables, or a thousand different ones. Read from --scenes; used by measure-queries.ts and the peers. */
import { UsageError } from '#infra/command-line.ts';
import { conversationsMax, messagesMax, toConversationId } from './conversation.ts';
import { toMixName } from './mix-names.ts';
import { createRandom } from './random.ts';

/** As a client sends it. */
export interface Operation {
  readonly query: string;
  readonly operationName: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface Scene {
  readonly name: SceneName;
  /** One line for the report. */
  readonly description: string;
  readonly operations: readonly Operation[];
  /** Half of what a server is asked it has not been asked before. */
  readonly isMissHeavy: boolean;
}

export const sceneNames = ['one-fetch', 'three-fetches', 'large', 'mix'] as const;
export type SceneName = (typeof sceneNames)[number];

const page = 20;
const mixSize = 1_000;
const mixSeed = 5;
/** Of ten operations of the mix. */
const mixShares = { oneFetch: 4, threeFetches: 5 };

const messageFields = ['id', 'seq', 'text', 'version', 'createdAt', 'editedAt'];
const personFields = ['handle', 'displayName', 'avatarUrl', 'bio', 'isActive'];
const additions = ['reactions { emoji count }', 'attachments { name mediaType size }'];

/** Throws UsageError when one is not known. */
export function parseScenes(text: string): Scene[] {
  return text.split(',').map((part) => {
    const name = sceneNames.find((one) => one === part.trim());
    if (name === undefined) throw new UsageError(`--scenes: ${part} is none of ${sceneNames.join(', ')}.`);
    return scenes[name]();
  });
}

const scenes: Record<SceneName, () => Scene> = {
  'one-fetch': () =>
    repeat('one-fetch', `${page} messages of one subgraph, 4 KB`, {
      name: 'OneFetch',
      selection: `${messageFields.join(' ')} sender { id }`,
      first: page,
    }),
  'three-fetches': () =>
    repeat(
      'three-fetches',
      `${page} messages, then ${page} entities from each of two other subgraphs, 9 KB`,
      {
        name: 'ThreeFetches',
        selection: `${messageFields.join(' ')} sender { id ${personFields.join(' ')} } ${additions.join(' ')}`,
        first: page,
      },
    ),
  large: () =>
    repeat('large', `${messagesMax} messages of one subgraph, 200 KB`, {
      name: 'Large',
      selection: `${messageFields.join(' ')} sender { id }`,
      first: messagesMax,
    }),
  mix: () => ({
    name: 'mix',
    description: `${mixSize} different operations under ever new names, so that half of the requests are new to the server; of ten, ${mixShares.oneFetch} are like one-fetch, ${mixShares.threeFetches} like three-fetches, one like large`,
    operations: createMix(),
    isMissHeavy: true,
  }),
};

interface Shape {
  readonly name: string;
  readonly selection: string;
  readonly first: number;
}

/** Of ever another conversation: the same for everybody at the same time, fetches could be joined that never are in earnest. */
function repeat(name: SceneName, description: string, shape: Shape): Scene {
  const operation = toOperation(shape);
  const operations = Array.from({ length: conversationsMax }, (_, n) => ({
    ...operation,
    variables: { ...operation.variables, id: toConversationId(n) },
  }));
  return { name, description, operations, isMissHeavy: false };
}

function toOperation({ name, selection, first }: Shape): Operation {
  return {
    query: `query ${name}($id: ID!, $first: Int!) { conversation(id: $id) { id title messages(first: $first) { ${selection} } } }`,
    operationName: name,
    variables: { id: toConversationId(0), first },
  };
}

/** They differ in which fields they ask for, in which order, and how they call one. */
function createMix(): Operation[] {
  const random = createRandom(mixSeed);
  const choose = (all: readonly string[]) => {
    const rest = [...all];
    const count = 1 + random(all.length);
    return Array.from({ length: count }, () => rest.splice(random(rest.length), 1)[0]).join(' ');
  };
  return Array.from({ length: mixSize }, (_, n) => {
    const kind = random(10);
    const isLarge = kind >= mixShares.oneFetch + mixShares.threeFetches;
    const isFederated = !isLarge && kind >= mixShares.oneFetch;
    const plain = `number${n}: seq ${choose(messageFields)}`;
    return toOperation({
      name: `${toMixName(0)}_${n}`,
      selection: isFederated
        ? `${plain} sender { ${choose(personFields)} } ${choose(additions)}`
        : `${plain} sender { id }`,
      first: isLarge ? messagesMax : page,
    });
  });
}
