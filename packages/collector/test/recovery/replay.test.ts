import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import type { ReplayAnswer } from '../../src/recovery/replay.ts';
import { openTestCollector, temporaryFolder } from '../support/collector.ts';
import type { TestCollector } from '../support/collector.ts';
import { idsIn, named, opened, sendEvents } from './support.ts';

const two = {
  spool: { keepDays: 7 },
  loader: { maxDelayMs: 5, maxEvents: 25 },
  destinations: [
    { type: 'duckdb', name: 'a', path: 'a.duckdb' },
    { type: 'duckdb', name: 'b', path: 'b.duckdb' },
  ],
};

const replay = async (collector: TestCollector, input: object): Promise<ReplayAnswer> => {
  const answer = await collector.ask<ReplayAnswer>('replay', input);
  while ((await collector.ask<number>('remaining', { destination: answer.destination })) > 0)
    await new Promise((resolve) => setTimeout(resolve, 5));
  return answer;
};

/** Takes some batches out of a database, as a restored copy of an older day lacks them. */
const forget = async (path: string, where: string): Promise<void> => {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const ids = `SELECT batch_id FROM nitka_batches ${where}`;
  await connection.run(`DELETE FROM raw_events WHERE batch_id IN (${ids})`);
  await connection.run(`DELETE FROM nitka_batches WHERE batch_id IN (${ids})`);
  connection.closeSync();
  instance.closeSync();
};

describe('replay', () => {
  it('fills a new destination from what the spool has kept, and the books balance', async () => {
    const folder = temporaryFolder();
    const first = await openTestCollector({ ...two, destinations: [two.destinations[0]] }, folder);
    await sendEvents(first, named('m', 100));
    await first.loaded();
    await first.close();
    const second = await openTestCollector(two, folder);
    await opened(second, 'a');
    await opened(second, 'b');
    await second.loaded();
    expect(await idsIn(second, 'b')).toEqual(named('m', 100));
    expect(second.balanced()).toBe(true);
  });

  it('gives a repaired destination what it lacks, each once, while new events come', async () => {
    const folder = temporaryFolder();
    const first = await openTestCollector(two, folder);
    await sendEvents(first, named('m', 200));
    await first.loaded();
    await first.close();
    await forget(join(folder, 'b.duckdb'), 'ORDER BY loaded_at, batch_id LIMIT 3 OFFSET 1');

    const second = await openTestCollector(two, folder);
    await opened(second, 'a');
    await opened(second, 'b');
    const lost = 200 - (await idsIn(second, 'b')).length;
    expect(lost).toBeGreaterThan(0);
    const dry = await second.ask<ReplayAnswer>('replay', { destination: 'b', dryRun: true });
    expect(dry.entries).toBe(lost);
    const [answer] = await Promise.all([
      replay(second, { destination: 'b' }),
      sendEvents(second, named('n', 50)),
    ]);
    expect(answer.entries).toBe(lost);
    await second.loaded();
    const all = [...named('m', 200), ...named('n', 50)];
    expect(await idsIn(second, 'b')).toEqual(all);
    expect(await idsIn(second, 'a')).toEqual(all);
    expect(second.balanced()).toBe(true);
    expect((await replay(second, { destination: 'b' })).entries).toBe(0);
  });

  it('fills a destination whose file is gone; the other one gets nothing twice', async () => {
    const folder = temporaryFolder();
    const first = await openTestCollector(two, folder);
    await sendEvents(first, named('m', 60));
    await first.loaded();
    await first.close();
    rmSync(join(folder, 'b.duckdb'));
    const second = await openTestCollector(two, folder);
    await opened(second, 'a');
    await opened(second, 'b');
    await replay(second, { destination: 'b' });
    expect(await idsIn(second, 'b')).toEqual(named('m', 60));
    expect((await replay(second, { destination: 'a' })).entries).toBe(0);
    expect(second.balanced()).toBe(true);
  });

  it('takes one batch, or a span of time', async () => {
    const folder = temporaryFolder();
    const first = await openTestCollector(two, folder);
    await sendEvents(first, named('m', 60));
    await first.loaded();
    const [row] = (
      await first.ask<{ rows: string[][] }>('query', {
        sql: 'SELECT batch_id, events FROM nitka_batches LIMIT 1',
        destination: 'b',
      })
    ).rows;
    await first.close();
    rmSync(join(folder, 'b.duckdb'));
    const second = await openTestCollector(two, folder);
    await opened(second, 'a');
    await opened(second, 'b');
    expect(await replay(second, { destination: 'b', until: 1 })).toMatchObject({ entries: 0 });
    expect(await replay(second, { destination: 'b', since: Date.now() + 1000 })).toMatchObject({
      entries: 0,
    });
    expect(await replay(second, { destination: 'b', batch: row![0] })).toMatchObject({
      entries: Number(row![1]),
    });
    expect(await idsIn(second, 'b')).toHaveLength(Number(row![1]));
    await expect(replay(second, { destination: 'b', batch: 'x' })).rejects.toMatchObject({
      code: 'batch_unknown',
    });
    await expect(replay(second, { destination: 'c' })).rejects.toMatchObject({ code: 'destination_unknown' });
  });

  it('counts what had left the spool before a destination was there', async () => {
    const folder = temporaryFolder();
    const first = await openTestCollector({ ...two, spool: {}, destinations: [two.destinations[0]] }, folder);
    await sendEvents(first, named('m', 30));
    await first.loaded();
    await first.close();
    const second = await openTestCollector({ ...two, spool: {} }, folder);
    await sendEvents(second, named('n', 10));
    await second.loaded();
    expect(await idsIn(second, 'b')).toEqual(named('n', 10));
    expect(second.spool.books(['b'])).toEqual([
      expect.objectContaining({ accepted: 40, loaded: 10, earlier: 30, pending: 0, balanced: true }),
    ]);
  });
});
