/** Whether Kafka answers, for readiness. Made by auth.ts. */
import type { createKafka } from '#platform/kafka/client.ts';

type Kafka = ReturnType<typeof createKafka>;

export interface KafkaProbe extends AsyncDisposable {
  /** Rejects when no broker answers. */
  check(): Promise<void>;
}

/** One connection, kept between the checks. */
export function createKafkaProbe(kafka: Kafka): KafkaProbe {
  let connected: Promise<ReturnType<Kafka['admin']>> | null = null;

  async function connect() {
    const admin = kafka.admin();
    await admin.connect();
    return admin;
  }

  async function disconnect(): Promise<void> {
    const last = connected;
    connected = null;
    const admin = await last?.catch(() => null);
    await admin?.disconnect();
  }

  return {
    async check() {
      connected ??= connect();
      try {
        await (await connected).describeCluster();
      } catch (error) {
        await disconnect();
        throw error;
      }
    },
    [Symbol.asyncDispose]: disconnect,
  };
}
