/**
 * `npm run bench -- <scenario>`: starts the embedded stack and one copy of every process, runs a scenario against it from this process and prints its
 * figures. Trust ratios within one run; the machine's load is in every absolute number.
 */
import type { CommandLineValues } from '#infra/command-line.ts';
import { runCommandLine, UsageError } from '#infra/command-line.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import { startTestStack } from '#tests/harness/stack.ts';
import type { PeerName } from './fanout/measure-fanout.ts';
import { measureFanout, peerNames } from './fanout/measure-fanout.ts';
import { writeReport } from './fanout/report.ts';
import { parseScenes } from './fanout/scenes.ts';
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
                 --peers ${peerNames.join(',')}
`;

const options = {
  rate: { type: 'string', default: '50' },
  seconds: { type: 'string' },
  conversations: { type: 'string', default: '200' },
  events: { type: 'string', default: '10000' },
  rounds: { type: 'string' },
  subscribers: { type: 'string', default: '100,1000,5000,1000/100' },
  peers: { type: 'string', default: peerNames.join(',') },
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
    scenes: parseScenes(subscribers),
    peers: peers.split(',').map(parsePeer),
    rounds: toCount(rounds),
    seconds: toCount(seconds),
    print: (line: string) => console.log(line),
  };
  const result = await measureFanout(fanout);
  console.log(`\n${writeReport(result, fanout)}`);
  return result.cells.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

function parsePeer(text: string): PeerName {
  const name = peerNames.find((one) => one === text);
  if (name === undefined) throw new UsageError(`--peers: ${text} is none of ${peerNames.join(', ')}.`);
  return name;
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
