import { describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { askOwner } from '../src/admin/client.ts';
import type { QueryResult } from '../src/destinations/destination.ts';
import type { LedgerLine } from '../src/ledger.ts';
import { serverKey } from './support/collector.ts';
import { createCollectorProcess } from './support/process.ts';

const authorization = `Basic ${Buffer.from(`${serverKey}:`).toString('base64')}`;

/** Each start compiles the sources anew. */
const patience = 300_000;

describe('a collector that is killed', { timeout: patience }, () => {
  it('has every one of 2,000 accepted events once after five times kill -9, and its books balance', async () => {
    const collector = createCollectorProcess();
    await collector.start();
    const ids = Array.from({ length: 2000 }, () => v7());
    const batches = Array.from({ length: 100 }, (_, at) => ids.slice(at * 20, at * 20 + 20));
    let sent = 0;
    let failures = 0;

    /** What every SDK does: the same batch again until it is accepted. */
    const deliver = async (batch: readonly string[]): Promise<void> => {
      for (;;) {
        const events = batch.map((messageId) => ({ type: 'track', event: 'E', userId: 'u', messageId }));
        const body = JSON.stringify({ batch: events });
        const status = await fetch(`${collector.url()}/v1/batch`, {
          method: 'POST',
          headers: { authorization },
          body,
        }).then(
          async (response) => (await response.text(), response.status),
          () => 0,
        );
        if (status === 200) break;
        failures += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      sent += 1;
    };
    const senders = Array.from({ length: 4 }, async (_, lane) => {
      for (let at = lane; at < batches.length; at += 4) await deliver(batches[at]!);
    });
    const killer = async (): Promise<void> => {
      for (let kills = 1; kills <= 5; kills += 1) {
        while (sent < kills * 16) await new Promise((resolve) => setTimeout(resolve, 1));
        await collector.stop('SIGKILL');
        await collector.start();
      }
    };
    await Promise.all([...senders, killer()]);
    expect(failures).toBeGreaterThan(0);

    const sql = 'SELECT count(*) AS n, count(DISTINCT message_id) AS d FROM raw_events';
    const counts = async (): Promise<unknown> =>
      (await askOwner<QueryResult>(collector.admin, 'query', { sql }))?.result.rows;
    await expect.poll(counts, { timeout: 60_000, interval: 200 }).toEqual([['2000', '2000']]);
    const books = await askOwner<LedgerLine[]>(collector.admin, 'ledger', {});
    expect(books?.result).toMatchObject([
      { source: 'till', loaded: 2000, rejected: 0, pending: 0, balanced: true },
    ]);
    expect(await collector.stop('SIGTERM')).toBe(0);
  });

  it('stops at SIGTERM only after what it accepted is loaded, and answers commands without it', async () => {
    const collector = createCollectorProcess({ loader: { maxDelayMs: 60_000 } });
    await collector.start();
    const body = JSON.stringify({ event: 'E', userId: 'u', messageId: 'm' });
    const response = await fetch(`${collector.url()}/v1/track`, {
      method: 'POST',
      headers: { authorization },
      body,
    });
    expect(await response.json()).toEqual({ success: true, accepted: 1, duplicates: 0 });
    expect(await collector.stop('SIGTERM')).toBe(0);
    expect(JSON.parse(await collector.run('query', '--json', 'SELECT message_id FROM raw_events'))).toEqual([
      { message_id: 'm' },
    ]);
    expect(JSON.parse(await collector.run('ledger', '--json'))).toMatchObject([
      { accepted: 1, loaded: 1, balanced: true },
    ]);
    expect(await collector.run('rejects', 'list', '--json')).toBe('[]\n');
  });

  it('lets no second collector into its folder', async () => {
    const collector = createCollectorProcess();
    await collector.start();
    await expect(collector.run('start')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('spool_in_use'),
    });
  });

  it('keeps personal data and keys out of its log', async () => {
    const collector = createCollectorProcess({ log: { level: 'debug' } });
    await collector.start();
    const planted = ['79995550123', 'planted@mail.ru', 'planted-user', 'planted-agent', serverKey];
    const event = {
      event: 'E',
      userId: 'planted-user',
      traits: { phone: '79995550123', email: 'planted@mail.ru' },
    };
    const send = (path: string, body: string, key = serverKey) =>
      fetch(`${collector.url()}${path}?writeKey=${key}&q=planted@mail.ru`, {
        method: 'POST',
        body,
        headers: { 'user-agent': 'planted-agent' },
      });
    await send('/v1/track', JSON.stringify(event));
    await send('/v1/track', JSON.stringify({ ...event, event: 5 }));
    await send('/v1/batch', `{"planted@mail.ru`);
    await send('/planted-user', '{}');
    await send('/v1/batch', '{}', 'planted-user');
    expect(await collector.stop('SIGTERM')).toBe(0);
    expect(collector.output()).toContain('stopping');
    for (const text of planted) expect(collector.output()).not.toContain(text);
  });
});
