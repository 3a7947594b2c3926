/** A process of several workers that does nothing but tell which of them answers; run by workers.test.ts with PORT, WORKERS, and FAIL=start to end at once. */
import { Counter } from 'prom-client';
import { createHttpServer, sendJson } from '#platform/http.ts';
import { createMetrics } from '#platform/metrics.ts';
import type { Service } from '#platform/service.ts';
import { runService } from '#platform/service.ts';
import { withWorkers } from '#platform/workers/fleet.ts';

const { PORT, WORKERS, FAIL } = process.env;

async function start({ port }: { readonly port: number }, { logger, stack }: Service): Promise<void> {
  if (FAIL === 'start') throw new Error('as the test wants it');
  const metrics = createMetrics('trial');
  const asked = new Counter({ name: 'trial_asked_total', help: 'Questions.', registers: [metrics] });
  stack.use(
    await createHttpServer({
      ...{ host: '127.0.0.1', port, metrics, logger },
      checks: [{ name: 'mood', check: () => true }],
      routes: [
        {
          path: '/pid',
          handle: (_request, response) => {
            asked.inc();
            sendJson(response, 200, process.pid);
          },
        },
        {
          path: '/slow',
          handle: async (_request, response) => {
            await new Promise((resolve) => setTimeout(resolve, 1_000));
            sendJson(response, 200, 'slow');
          },
        },
      ],
    }),
  );
}

const config = { logLevel: 'info', port: Number(PORT), workers: Number(WORKERS) };
await runService('trial', () => config, withWorkers(start));
