import { dirname } from 'node:path';
import { v7 } from 'uuid';
import { expect, it, onTestFinished } from 'vitest';
import { openTestCollector, serverKey } from '../support/collector.ts';
import { createCollectorProcess } from '../support/process.ts';

it('is stopped by SIGTERM while its workers judge: what was answered is loaded, and it ends with 0', async () => {
  const collector = createCollectorProcess({ workers: 2 });
  await collector.start();
  const acknowledged: string[] = [];
  let sending = true;
  const sender = async (): Promise<void> => {
    while (sending) {
      const batch = Array.from({ length: 20 }, () => ({
        type: 'track',
        event: 'E',
        userId: 'u',
        messageId: v7(),
      }));
      const response = await fetch(`${collector.url()}/v1/batch?writeKey=${serverKey}`, {
        method: 'POST',
        body: JSON.stringify({ batch }),
      }).catch(() => null);
      if (response?.status === 200) acknowledged.push(...batch.map(({ messageId }) => messageId));
      else if (response) expect(response.status).toBe(503);
    }
  };
  onTestFinished(() => void (sending = false));
  const senders = Promise.all(Array.from({ length: 16 }, sender));
  const enough = async (): Promise<void> => {
    while (acknowledged.length < 2000) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await Promise.race([enough(), senders]);
  expect(await collector.stop('SIGTERM')).toBe(0);
  sending = false;
  await senders;

  const next = await openTestCollector({}, dirname(dirname(collector.admin)));
  await next.loaded();
  await expect.poll(() => next.rows('SELECT 1').catch(() => null)).not.toBeNull();
  const rows = await next.rows('SELECT message_id FROM raw_events');
  const found = new Set(rows.map(({ message_id: id }) => String(id)));
  expect(found.size).toBe(rows.length);
  expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
  expect(next.balanced()).toBe(true);
});
