import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAdminCommands } from '../../src/admin/commands.ts';
import type { ShownReject } from '../../src/admin/commands.ts';
import { parseConfig } from '../../src/config-file.ts';
import { createEnrich } from '../../src/enrich.ts';
import { createIngest } from '../../src/ingest.ts';
import type { LedgerLine } from '../../src/ledger.ts';
import { createMetrics } from '../../src/plugins/metrics.ts';
import { createRecovery } from '../../src/recovery/recovery.ts';
import type { ReplayAnswer } from '../../src/recovery/replay.ts';
import type { Retried } from '../../src/recovery/retry.ts';
import type { Entry } from '../../src/spool/chunk.ts';
import { openSpool } from '../../src/spool/spool.ts';
import { chunk, event, meta, refused } from '../support/chunks.ts';
import { temporaryFolder, testSources } from '../support/collector.ts';

/** The spool of a collector whose loader's thread has not come to it yet: what is appended lies in the log alone. */
const open = () => {
  const folder = temporaryFolder();
  const config = parseConfig({ sources: testSources, destinations: [{ type: 'duckdb', name: 'd' }] }, folder);
  const spool = openSpool({ folder: join(folder, 'spool'), settling: 'elsewhere' });
  onTestFinished(() => spool.close());
  const enrich = createEnrich('drop');
  const recovery = createRecovery({
    config,
    spool,
    ask: () => async () => ({ columns: ['batch_id'], rows: [], truncated: false }),
    ingestInto: (target) => createIngest({ config, spool: target, enrich }),
  });
  const { table, serve } = createAdminCommands();
  const loader = { query: () => Promise.reject(new Error('not asked')) };
  serve({ spool, loader, names: ['d'], recovery, wake: () => undefined });
  const ask = <T>(command: string, input: Readonly<Record<string, unknown>> = {}): Promise<T> =>
    table[command]!(input) as Promise<T>;
  return { folder, spool, ask };
};

const passesNow: Entry = {
  code: 'event_too_large',
  detail: null,
  messageId: 'b',
  payload: Buffer.from('{"type":"track","event":"E","userId":"u","messageId":"b"}'),
};

describe('commands to a collector see all that was answered for', () => {
  it('ledger', async () => {
    const { spool, ask } = open();
    await spool.append(chunk(event('a'), event('b'), refused('c')));
    expect(spool.books(['d'])).toEqual([]);
    expect(await ask<LedgerLine[]>('ledger')).toMatchObject([
      { source: 'site', accepted: 3, rejected: 1, pending: 2, balanced: true },
    ]);
  });

  it('rejects list and show', async () => {
    const { spool, ask } = open();
    await spool.append(chunk(refused('c')));
    expect(spool.rejects.list(9)).toEqual([]);
    expect(await ask<ShownReject[]>('rejects')).toMatchObject([{ id: 1, messageId: 'c' }]);
    await spool.append(chunk(refused('d')));
    expect(await ask<ShownReject>('reject', { id: 2 })).toMatchObject({ messageId: 'd' });
  });

  it('rejects retry, which accepts a reject once, however often it is asked for', async () => {
    const { spool, ask } = open();
    await spool.append(chunk(passesNow));
    expect(await ask<Retried[]>('retry', { ids: [1, 1] })).toEqual([
      { id: 1, result: 'accepted', code: null },
    ]);
    expect(await ask<Retried[]>('retry', { ids: [1] })).toEqual([
      { id: 1, result: 'refused', code: 'reject_unknown' },
    ]);
    expect(await ask<LedgerLine[]>('ledger')).toMatchObject([
      { accepted: 1, duplicate: 0, rejected: 0, pending: 1, balanced: true },
    ]);
  });

  it('replay, which finds a time among entries that are new', async () => {
    const { spool, ask } = open();
    for (const [receivedAt, id] of [
      [1000, 'a'],
      [2000, 'b'],
      [3000, 'c'],
    ] as const)
      await spool.append({ meta: { ...meta, receivedAt }, entries: [event(id)] });
    await spool.settle();
    await spool.transact(() => {
      spool.enrol('d');
      spool.saveCursor('d', { next: spool.head(), ranges: [] });
      spool.ledger.editLoaded('site', 'd').loaded += 3;
    });
    for (let at = 0; at < 20; at += 1)
      await spool.append({ meta: { ...meta, receivedAt: 4000 + at }, entries: [event(`n${at}`)] });
    const request = { destination: 'd', since: 2000, dryRun: true };
    expect(await ask<ReplayAnswer>('replay', request)).toMatchObject({ entries: 2, ranges: [[2, 4]] });
  });

  it('backup', async () => {
    const { folder, spool, ask } = open();
    await spool.append(chunk(event('a')));
    await spool.settle();
    await spool.append(chunk(event('b'), refused('c')));
    const to = join(folder, 'backup');
    expect(await ask<{ head: number }>('backup', { folder: to })).toMatchObject({ head: 4 });
    const copy = openSpool({ folder: to });
    onTestFinished(() => copy.close());
    expect(copy.head()).toBe(4);
    expect(
      copy.read(1, 4).map(({ chunk: { entries } }) => entries.map(({ payload }) => String(payload))),
    ).toEqual([['{"id":"a"}'], ['{"id":"b"}', 'c']]);
    expect(await copy.append(chunk(event('b')))).toEqual({ duplicates: 1 });
  });
});

describe('/metrics', () => {
  it('counts all that was answered for', async () => {
    const { spool } = open();
    const metrics = createMetrics({ spool, settle: spool.settle, names: ['d'], spoolTrouble: () => null });
    await spool.append(chunk(event('a'), refused('c')));
    expect(await metrics.text()).toContain('nitka_events{source="site",state="accepted"} 2');
  });

  it('says what it knows where that cannot be taken in', async () => {
    const { spool } = open();
    const settle = () => Promise.reject(new Error('no room'));
    const metrics = createMetrics({ spool, settle, names: ['d'], spoolTrouble: () => null });
    await spool.append(chunk(event('a')));
    expect(await metrics.text()).toContain('nitka_destination_waiting{destination="d"} 1');
  });
});
