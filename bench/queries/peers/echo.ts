/** The least that a server in Node can do: the right bytes, known beforehand. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { probeTcp } from '#infra/stack/probes.ts';
import { startServer } from '../../start-server.ts';
import type { SceneName } from '../scenes.ts';
import type { Peer } from './peer.ts';

const script = fileURLToPath(import.meta.resolve('./echo-server/process.ts'));

const toPath = (scene: SceneName, n: number) => `/${scene}/${n}`;

/** Of each scene the answers to its operations. */
export type AnswersByScene = ReadonlyMap<SceneName, readonly string[]>;

/** Not started. */
export function createEchoPeer(answersByScene: AnswersByScene): Peer {
  return {
    name: 'echo',
    description: 'raw `node:http` that reads the request and answers with prepared bytes',
    toPath,
    start: (starter) => {
      const file = join(starter.folder, 'echo-answers.json');
      const entries = [...answersByScene].flatMap(([scene, answers]) =>
        answers.map((answer, n) => [toPath(scene, n), answer]),
      );
      writeFileSync(file, JSON.stringify(Object.fromEntries(entries)));
      return startServer(starter, {
        name: 'echo',
        hasOwnCore: true,
        args: (port) => [script, String(port), file],
        environment: () => ({ ...process.env, NODE_ENV: 'production' }),
        isReady: probeTcp,
      });
    },
  };
}
