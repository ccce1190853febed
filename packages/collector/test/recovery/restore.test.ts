import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config-file.ts';
import { createDestination } from '../../src/destinations/index.ts';
import { DestinationError } from '../../src/destinations/destination.ts';
import type { BackupNote } from '../../src/recovery/backup.ts';
import { restore } from '../../src/recovery/restore.ts';
import { openTestCollector, temporaryFolder, testSources } from '../support/collector.ts';
import type { TestCollector } from '../support/collector.ts';
import { idsIn, named, opened, sendEvents } from './support.ts';

const config = {
  loader: { maxDelayMs: 5, maxEvents: 25 },
  destinations: [
    { type: 'duckdb', name: 'a', path: 'a.duckdb' },
    { type: 'duckdb', name: 'b', path: 'b.duckdb' },
  ],
};
const restoreInto = (folder: string, from: string, create = createDestination) =>
  restore(parseConfig({ sources: testSources, ...config }, folder), from, { createDestination: create });

const loseSpool = (folder: string): void => rmSync(join(folder, 'data', 'spool'), { recursive: true });
const untilLoaded = async (collector: TestCollector): Promise<void> => {
  await collector.loaded();
  expect(collector.balanced()).toBe(true);
};

describe('backup and restore', () => {
  it('load nothing twice and lose nothing that was in the backup, whatever came after it', async () => {
    const folder = temporaryFolder();
    const backupFolder = join(folder, 'backup');
    const first = await openTestCollector(config, folder);
    await sendEvents(first, named('m', 100));
    // Taken while events arrive and are being loaded.
    const [note] = await Promise.all([
      first.ask<BackupNote>('backup', { folder: backupFolder }),
      sendEvents(first, named('n', 100)),
    ]);
    expect(note.head).toBeGreaterThan(100);
    await sendEvents(first, named('p', 100));
    await first.loaded();
    await first.close();
    loseSpool(folder);

    const report = await restoreInto(folder, backupFolder);
    expect(report.map(({ asked }) => asked)).toEqual([true, true]);
    // What the destinations have and the backup has not.
    const [later] = report.map((each) => each.later);
    expect(later).toBeGreaterThanOrEqual(100);
    expect(later).toBeLessThanOrEqual(301 - note.head);
    expect(report[1]!.later).toBe(later);
    expect(readdirSync(join(folder, 'data'))).not.toContain('spool-restoring');

    const second = await openTestCollector(config, folder);
    expect(second.spool.id).not.toBe(note.spool);
    // Senders that had no answer send again; others send what is new.
    await sendEvents(second, [...named('n', 100), ...named('p', 100), ...named('q', 60)]);
    await untilLoaded(second);
    const all = [...named('m', 100), ...named('n', 100), ...named('p', 100), ...named('q', 60)];
    expect(await idsIn(second, 'a')).toEqual(all);
    expect(await idsIn(second, 'b')).toEqual(all);
  });

  it('load what a destination had not taken yet, and only there', async () => {
    const folder = temporaryFolder();
    const backupFolder = join(folder, 'backup');
    let down = true;
    const create: typeof createDestination = async (options, dataDir) => {
      const destination = await createDestination(options, dataDir);
      if (options.name === 'a') return destination;
      return {
        ...destination,
        load: async (batch) => {
          if (down) throw new DestinationError('temporary', 'down');
          await destination.load(batch);
        },
      };
    };
    const first = await openTestCollector(config, folder, { createDestination: create });
    await sendEvents(first, named('m', 50));
    while (first.spool.lag('a') > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await first.ask('backup', { folder: backupFolder });
    // The one destination gets further, the other one does not.
    await sendEvents(first, named('n', 50));
    while (first.spool.lag('a') > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await first.close();
    loseSpool(folder);

    await restoreInto(folder, backupFolder);
    down = false;
    const second = await openTestCollector(config, folder, { createDestination: create });
    await untilLoaded(second);
    await opened(second, 'a');
    expect(await idsIn(second, 'a')).toEqual([...named('m', 50), ...named('n', 50)]);
    expect(await idsIn(second, 'b')).toEqual(named('m', 50));
    expect(second.spool.books(['b'])).toEqual([
      expect.objectContaining({ accepted: 100, loaded: 50, earlier: 50, balanced: true }),
    ]);
  });

  it('touch nothing that is there', async () => {
    const folder = temporaryFolder();
    const collector = await openTestCollector({}, folder);
    await sendEvents(collector, named('m', 10));
    const target = join(folder, 'backup');
    await collector.ask('backup', { folder: target });
    await expect(collector.ask('backup', { folder: target })).rejects.toMatchObject({
      code: 'folder_not_empty',
    });
    await collector.close();
    await expect(restoreInto(folder, target)).rejects.toMatchObject({ code: 'folder_not_empty' });
    const half = join(folder, 'half');
    mkdirSync(half);
    writeFileSync(join(half, 'data.mdb'), 'x');
    await expect(restoreInto(temporaryFolder(), half)).rejects.toMatchObject({ code: 'backup_unreadable' });
  });

  it('leave no spool behind if a destination does not answer', async () => {
    const folder = temporaryFolder();
    const collector = await openTestCollector(config, folder);
    await sendEvents(collector, named('m', 10));
    await collector.loaded();
    const target = join(folder, 'backup');
    await collector.ask('backup', { folder: target });
    await collector.close();
    loseSpool(folder);
    const create: typeof createDestination = async (options, dataDir) => ({
      ...(await createDestination(options, dataDir)),
      open: async () => {
        throw new DestinationError('temporary', 'down');
      },
    });
    await expect(restoreInto(folder, target, create)).rejects.toThrow('down');
    expect(existsSync(join(folder, 'data', 'spool', 'data.mdb'))).toBe(false);
    expect(await restoreInto(folder, target)).toHaveLength(2);
  });
});
