/** How many follow how many conversations: `1000` are subscribers of one, `1000/100` are spread over 100. Read from --subscribers. */

import { UsageError } from '#infra/command-line.ts';

export interface Scene {
  readonly subscribers: number;
  readonly conversations: number;
}

/** Throws UsageError when the text is none. */
export function parseScenes(text: string): Scene[] {
  return text.split(',').map((part) => {
    const match = /^(\d+)(?:\/(\d+))?$/.exec(part.trim());
    const scene = { subscribers: Number(match?.[1]), conversations: Number(match?.[2] ?? 1) };
    if (!(scene.conversations >= 1 && scene.subscribers >= scene.conversations))
      throw new UsageError(`--subscribers: ${part} is neither like 1000 nor like 1000/100.`);
    return scene;
  });
}

/** For people. */
export function describeScene({ subscribers, conversations }: Scene): string {
  const count = subscribers.toLocaleString('en');
  return conversations === 1
    ? `${count} subscribers of one conversation`
    : `${count} subscribers over ${conversations} conversations`;
}
