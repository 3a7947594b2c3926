/** What documents.ts counts; on /metrics of the gateway. Made by gateway.ts. */
import { Counter, Gauge } from 'prom-client';
import type { Registry } from '#platform/metrics.ts';
import type { RefusalCode } from './document-refusal.ts';

export interface DocumentMetrics {
  /** A manifest had the text of an id. */
  trusted(): void;
  /** An earlier client had sent the text of a hash. */
  hit(): void;
  /** It is not known, the client is asked for the text. */
  miss(): void;
  registered(): void;
  refused(code: RefusalCode): void;
}

/** The sizes are read when the metrics are. */
export function createDocumentMetrics(
  registry: Registry,
  sizes: { readonly trustedCount: () => number; readonly automaticBytes: () => number },
): DocumentMetrics {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const gauge = (name: string, help: string, read: () => number) => {
    const made: Gauge = new Gauge({ name, help, registers, collect: () => made.set(read()) });
  };
  const trusted = counter('gateway_trusted_documents_used_total', 'Operations named by an id of a manifest.');
  const hits = counter('gateway_apq_hits_total', 'Operations named by a hash whose text was kept.');
  const misses = counter(
    'gateway_apq_misses_total',
    'Operations named by an id or a hash that was not known.',
  );
  const registrations = counter('gateway_apq_registrations_total', 'Texts kept for their hash.');
  const refusals = new Counter({
    name: 'gateway_documents_refused_total',
    help: 'Operations that had no document which may run, by error code.',
    labelNames: ['code'],
    registers,
  });
  gauge('gateway_trusted_documents', 'Documents of all manifests.', sizes.trustedCount);
  gauge('gateway_apq_bytes', 'What is kept of automatic persisted queries, about.', sizes.automaticBytes);
  return {
    trusted: () => trusted.inc(),
    hit: () => hits.inc(),
    miss: () => misses.inc(),
    registered: () => registrations.inc(),
    refused: (code) => refusals.inc({ code }),
  };
}
