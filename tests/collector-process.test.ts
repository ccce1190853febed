import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { adminAddress } from '../packages/collector/src/admin/address.ts';
import { askOwner } from '../packages/collector/src/admin/client.ts';
import type { LedgerLine } from '../packages/collector/src/ledger.ts';
import { startCollector, writeKeys } from './support/collector.ts';
import type { CollectorProcess } from './support/collector.ts';

let collector: CollectorProcess;
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector.close());

async function send(messageId: string): Promise<number> {
  const response = await fetch(`${collector.url}/v1/track`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${writeKeys.server}:`)}` },
    body: JSON.stringify({ messageId, userId: '1', event: 'Probe' }),
  });
  return response.status;
}

it('an event accepted before a crash is in the warehouse after the next start, once', async () => {
  expect(await send('before-the-crash')).toBe(200);
  await collector.kill('SIGKILL');
  await collector.restart();
  expect(await send('before-the-crash')).toBe(200);
  expect(await send('after-the-crash')).toBe(200);
  const rows = await collector.eventually<{ message_id: string }>(
    'SELECT message_id FROM raw_events ORDER BY received_at',
    ({ length }) => length >= 2,
  );
  expect(rows.map((row) => row.message_id)).toEqual(['before-the-crash', 'after-the-crash']);
});

it('the books have each event as soon as it is answered for', async () => {
  const accepted = async (): Promise<number> => {
    const books = await askOwner<LedgerLine[]>(adminAddress(join(collector.folder, 'data')), 'ledger', {});
    return books!.result.find(({ source }) => source === 'till')?.accepted ?? 0;
  };
  const before = await accepted();
  for (let sent = 1; sent <= 20; sent += 1) {
    expect(await send(`counted-${sent}`)).toBe(200);
    expect(await accepted()).toBe(before + sent);
  }
});
