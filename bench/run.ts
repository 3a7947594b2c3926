/**
 * `npm run bench -- <scenario>`: starts the embedded stack and one copy of every process, runs a scenario against it from this process and prints its
 * figures. Trust ratios within one run; the machine's load is in every absolute number.
 */
import { parseArgs } from 'node:util';
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

const usage = `Usage: npm run bench -- <scenario> [options]

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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string' },
    conversations: { type: 'string', default: '200' },
    events: { type: 'string', default: '10000' },
    rounds: { type: 'string' },
    subscribers: { type: 'string', default: '100,1000,5000,1000/100' },
    peers: { type: 'string', default: peerNames.join(',') },
    help: { type: 'boolean' },
  },
});

const scenarios: Readonly<Record<string, () => Promise<void>>> = {
  'live-latency': () =>
    runOnNetwork((network) =>
      measureLiveLatency(network, { rate: Number(values.rate), seconds: Number(values.seconds ?? 30) }),
    ),
  'inbox-resume': () =>
    runOnNetwork((network) =>
      measureInboxResume(network, {
        conversations: Number(values.conversations),
        events: Number(values.events),
        rounds: Number(values.rounds ?? 5),
      }),
    ),
  'slow-reader': () =>
    runOnNetwork((network) =>
      measureSlowReader(network, { rate: Number(values.rate), rounds: Number(values.rounds ?? 5) }),
    ),
  fanout: runFanout,
};

async function runOnNetwork(measure: (network: Network) => Promise<object>): Promise<void> {
  await using stack = await startTestStack({ print: console.log });
  Object.assign(process.env, stack.variables);
  await using network = await startNetwork({ name: 'bench' });
  const result = await measure(network);
  console.log(JSON.stringify({ ...result, memoryMiB: network.memory() }, null, 2));
}

async function runFanout(): Promise<void> {
  const options = {
    scenes: parseScenes(values.subscribers),
    peers: values.peers.split(',').map(parsePeer),
    rounds: Number(values.rounds ?? 3),
    seconds: Number(values.seconds ?? 5),
    print: (line: string) => console.log(line),
  };
  const result = await measureFanout(options);
  console.log(`\n${writeReport(result, options)}`);
  if (result.cells.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
}

function parsePeer(text: string): PeerName {
  const name = peerNames.find((one) => one === text);
  if (name === undefined) throw new Error(`--peers: ${text} is none of ${peerNames.join(', ')}`);
  return name;
}

const scenario = scenarios[positionals[0] ?? ''];
if (values.help || scenario === undefined) {
  process.stdout.write(usage);
  process.exitCode = values.help ? 0 : 64;
} else {
  await scenario();
}
