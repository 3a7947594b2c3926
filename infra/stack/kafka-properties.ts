/** What a broker of the embedded Kafka is told in its server.properties. Called by kafka.ts. */

export interface BrokerPorts {
  readonly port: number;
  readonly controllerPort: number;
}

/** One broker, which is a controller as well, of the cluster of all of them. Its id is its place in `brokers`, from 1. */
export interface BrokerPlace {
  readonly brokers: readonly BrokerPorts[];
  readonly nodeId: number;
  readonly logDir: string;
}

/** Where it listens. */
export function findBroker({ brokers, nodeId }: BrokerPlace): BrokerPorts {
  const broker = brokers[nodeId - 1];
  if (broker === undefined) throw new Error(`there is no broker ${nodeId} among ${brokers.length}`);
  return broker;
}

/** The text of its server.properties. */
export function toProperties(place: BrokerPlace): string {
  const { brokers, nodeId, logDir } = place;
  const { port, controllerPort } = findBroker(place);
  const voters = brokers.map((broker, index) => `${index + 1}@127.0.0.1:${broker.controllerPort}`);
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    // The fixed form of the quorum: the ports may change between starts, which a recorded voter set does not forgive.
    'controller.quorum.voters': voters.join(','),
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': logDir,
    ...smallMachineSettings,
    ...toReplication(brokers.length),
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Of Kafka's own topics: on every broker up to three, and acknowledged by two of three. */
function toReplication(brokerCount: number): Record<string, number> {
  const copies = Math.min(3, brokerCount);
  const inSyncMin = Math.max(1, copies - 1);
  return {
    'offsets.topic.replication.factor': copies,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSyncMin,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSyncMin,
    'min.insync.replicas': inSyncMin,
  };
}

/** Internal topics with one small partition each, no waiting for members, little memory; a killed broker is taken back soon. */
const smallMachineSettings = {
  'auto.create.topics.enable': false,
  'offsets.topic.num.partitions': 1,
  'transaction.state.log.num.partitions': 1,
  'share.coordinator.state.topic.num.partitions': 1,
  'group.initial.rebalance.delay.ms': 0,
  'log.cleaner.dedupe.buffer.size': 4 * 1024 * 1024,
  'broker.heartbeat.interval.ms': 500,
  'broker.session.timeout.ms': 4_000,
  'num.network.threads': 2,
  'num.io.threads': 4,
};
