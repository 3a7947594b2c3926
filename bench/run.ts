/**
 * `npm run bench -- <scenario>`: starts the embedded stack and one copy of every process, runs a scenario against it from this process and prints its
 * figures. Trust ratios within one run; the machine's load is in every absolute number.
 */
import type { CommandLineValues } from '#infra/command-line.ts';
import { runCommandLine, UsageError } from '#infra/command-line.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import { startTestStack } from '#tests/harness/stack.ts';
import { peerNames as fanoutPeers, measureFanout } from './fanout/measure-fanout.ts';
import { writeReport as writeFanoutReport } from './fanout/report.ts';
import { parseScenes as parseFanoutScenes } from './fanout/scenes.ts';
import { measureQueries } from './queries/measure-queries.ts';
import { peerNames as queriesPeers } from './queries/peers/peer.ts';
import { measurePlanning } from './queries/planning/measure-planning.ts';
import { writeReport as writeQueriesReport } from './queries/report.ts';
import { parseScenes, sceneNames } from './queries/scenes.ts';
import { measureInboxResume } from './scenarios/inbox-resume.ts';
import { measureLiveLatency } from './scenarios/live-latency.ts';
import { measureSlowReader } from './scenarios/slow-reader.ts';

const help = `Usage: npm run bench -- <scenario> [options]

  live-latency   from sendMessage to the message at a subscriber that also asks for the sender's name, through the whole federation
                 --rate <messages per second> --seconds <n>
  inbox-resume   from subscribing with an old cursor to InboxCaughtUp, with the sender of every message
                 --conversations <n> --events <n> --rounds <n>
  slow-reader    delivery to those who read a busy conversation, without another connection, with one that reads and with one that has stopped
                 --rate <messages per second> --rounds <n>
  fanout         one event to many subscribers, side by side with other servers; writes bench/results/fanout.json and .md
                 --subscribers 100,1000,5000,1000/100 (1000 of one conversation, 1000 over 100 conversations) --rounds <n> --seconds <n>
                 --peers ${fanoutPeers.join(',')}
  queries        operations at the gateway, side by side with other gateways in front of the same subgraphs, about half an hour;
                 writes bench/results/queries.json, .md and .svg
                 --scenes ${sceneNames.join(',')} --connections 1,32,256 --rounds <n> --seconds <n>
                 --peers ${queriesPeers.join(',')}
                 --planning  instead, how long a fresh process plans the largest query of the chat; --rounds <processes>
`;

const options = {
  rate: { type: 'string', default: '50' },
  seconds: { type: 'string' },
  conversations: { type: 'string', default: '200' },
  events: { type: 'string', default: '10000' },
  rounds: { type: 'string' },
  subscribers: { type: 'string', default: '100,1000,5000,1000/100' },
  peers: { type: 'string' },
  scenes: { type: 'string', default: sceneNames.join(',') },
  connections: { type: 'string', default: '1,32,256' },
  planning: { type: 'boolean', default: false },
} as const;
type Values = CommandLineValues<typeof options>;

const scenarios: Readonly<Record<string, (values: Values) => Promise<number>>> = {
  'live-latency': ({ rate, seconds = '30' }) =>
    runOnNetwork((network) =>
      measureLiveLatency(network, { rate: toCount(rate), seconds: toCount(seconds) }),
    ),
  'inbox-resume': ({ conversations, events, rounds = '5' }) =>
    runOnNetwork((network) =>
      measureInboxResume(network, {
        conversations: toCount(conversations),
        events: toCount(events),
        rounds: toCount(rounds),
      }),
    ),
  'slow-reader': ({ rate, rounds = '5' }) =>
    runOnNetwork((network) => measureSlowReader(network, { rate: toCount(rate), rounds: toCount(rounds) })),
  fanout: runFanout,
  queries: runQueries,
};

function toCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new UsageError(`${text} is no number of something.`);
  return count;
}

async function runOnNetwork(measure: (network: Network) => Promise<object>): Promise<number> {
  await using stack = await startTestStack({ print: console.log });
  Object.assign(process.env, stack.variables);
  await using network = await startNetwork({ name: 'bench' });
  const result = await measure(network);
  console.log(JSON.stringify({ ...result, memoryMiB: network.memory() }, null, 2));
  return 0;
}

async function runFanout({ subscribers, peers, rounds = '3', seconds = '5' }: Values): Promise<number> {
  const fanout = {
    scenes: parseFanoutScenes(subscribers),
    peers: parsePeers(peers, fanoutPeers),
    rounds: toCount(rounds),
    seconds: toCount(seconds),
    print: (line: string) => console.log(line),
  };
  const result = await measureFanout(fanout);
  console.log(`\n${writeFanoutReport(result, fanout)}`);
  return result.cells.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

async function runQueries(values: Values): Promise<number> {
  const { scenes, connections, peers, rounds = '5', seconds = '3' } = values;
  const queries = {
    scenes: parseScenes(scenes),
    connections: connections.split(',').map(toCount),
    peers: parsePeers(peers, queriesPeers),
    rounds: toCount(rounds),
    seconds: toCount(seconds),
    print: (line: string) => console.log(line),
  };
  if (values.planning) {
    console.log(`\n${await measurePlanning(queries)}`);
    return 0;
  }
  const result = await measureQueries(queries);
  console.log(`\n${writeQueriesReport(result, queries)}`);
  return result.cells.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

/** All of them unless said otherwise. */
function parsePeers<Name extends string>(text: string | undefined, names: readonly Name[]): Name[] {
  if (text === undefined) return [...names];
  return text.split(',').map((part) => {
    const name = names.find((one) => one === part);
    if (name === undefined) throw new UsageError(`--peers: ${part} is none of ${names.join(', ')}.`);
    return name;
  });
}

process.exitCode = await runCommandLine({
  help,
  options,
  allowPositionals: true,
  run: async (values, [name = '', ...others]) => {
    const scenario = scenarios[name];
    if (scenario === undefined || others.length > 0)
      throw new UsageError(`Say one scenario: ${Object.keys(scenarios).join(', ')}.`);
    return scenario(values);
  },
});
