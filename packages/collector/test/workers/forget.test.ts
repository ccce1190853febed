import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { expect, it, onTestFinished } from 'vitest';
import type { ForgetAnswer } from '../../src/privacy/forgetting.ts';
import { browserKey, openTestCollector, page, workerScript } from '../support/collector.ts';

const phone = '+79995551111';
const digits = phone.slice(2);

const filesWith = (folder: string, text: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file, 'latin1').includes(text));

it('forgets a person whose events are with the workers at that moment, and loses no event', async () => {
  const collector = await openTestCollector({ workers: 2 }, undefined, { workerScript });
  let sent = 0;
  let sending = true;
  const sender = async (): Promise<void> => {
    while (sending) {
      const batch = Array.from({ length: 20 }, (_, at) => ({
        type: 'identify',
        userId: `u${at}`,
        messageId: v7(),
        traits: { phone: at % 2 === 0 ? phone : `+7916${1_000_000 + at}` },
      }));
      const answer = await collector.app.inject({
        method: 'POST',
        url: '/v1/batch',
        payload: JSON.stringify({ writeKey: browserKey, batch }),
        headers: { origin: page },
      });
      if (answer.statusCode === 503) continue;
      expect(answer.json()).toMatchObject({ accepted: 20 });
      sent += 20;
    }
  };
  onTestFinished(() => void (sending = false));
  const senders = Promise.all(Array.from({ length: 12 }, sender));
  const more = async (): Promise<void> => {
    const before = sent;
    while (sent < before + 500) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await Promise.race([more(), senders]);
  const forget = () => collector.ask<ForgetAnswer>('forget', { kind: 'phone', value: phone });
  expect(await forget()).toMatchObject({ complete: true });
  await Promise.race([more(), senders]);
  sending = false;
  await senders;
  await collector.loaded();

  const [counts] = await collector.rows(
    `SELECT count(*)::INT AS rows, count(*) FILTER (phone = '${phone}' OR payload LIKE '%${digits}%')::INT AS hers FROM raw_events`,
  );
  const [books] = collector.spool.books(collector.names);
  expect(counts!['hers']).toBe(0);
  expect(books).toMatchObject({ accepted: sent, balanced: true });
  expect(books!.forgotten).toBeGreaterThan(0);
  expect(counts!['rows']).toBe(books!.loaded - books!.forgotten);
  // Came after, and is kept without the phone.
  expect(counts!['rows']).toBeGreaterThan(sent / 2);
  await collector.close();
  expect(filesWith(collector.folder, digits)).toEqual([]);
});
