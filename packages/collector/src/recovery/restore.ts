import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CollectorConfig, DestinationConfig } from '../config.ts';
import type { Destination } from '../destinations/destination.ts';
import { makeFolder } from '../make-folder.ts';
import { copySpool } from '../spool/backup.ts';
import { openSpool } from '../spool/spool.ts';
import type { Spool } from '../spool/spool.ts';
import { claimFolder, readBackup } from './backup.ts';
import { readBatches } from './covered.ts';
import { countLost, rememberLost } from './lost.ts';
import { recogniseLoaded } from './recognise.ts';

/** What one destination knew better than the backup. */
export interface RestoredDestination {
  readonly destination: string;
  /** False where it cannot be asked (Kafka): it gets again what it took after the backup. */
  readonly asked: boolean;
  /** Entries of the backup that it had taken since. */
  readonly recognised: number;
  /** Events that it has and the backup has not. */
  readonly later: number;
}

export interface RestoreParts {
  readonly createDestination: (config: DestinationConfig, dataDir: string) => Promise<Destination>;
  /** Told of each batch that was looked at. */
  readonly onProgress?: (done: number, total: number) => void;
}

interface Asked {
  readonly name: string;
  readonly destination: Destination;
  /** Null where it cannot be asked. */
  readonly batches: readonly string[] | null;
}

const askAll = async (
  { destinations, dataDir }: Pick<CollectorConfig, 'destinations' | 'dataDir'>,
  create: RestoreParts['createDestination'],
  opened: Destination[],
): Promise<Asked[]> => {
  const found: Asked[] = [];
  for (const config of destinations) {
    const destination = await create(config, dataDir);
    const { name, type } = config;
    const { query } = destination;
    if (query) {
      await destination.open();
      opened.push(destination);
    }
    const batches = query ? await readBatches((sql, limit) => query(sql, limit), type) : null;
    found.push({ name, destination, batches });
  }
  return found;
};

const reconcile = async (
  spool: Spool,
  asked: readonly Asked[],
  parts: RestoreParts,
): Promise<RestoredDestination[]> => {
  const lost = await countLost(spool, asked, parts.onProgress);
  const recognised = new Map<string, number>();
  await spool.transact(() => {
    for (const { name, batches } of asked)
      recognised.set(name, batches === null ? 0 : recogniseLoaded(spool, name, batches));
    rememberLost(spool, asked, lost);
    spool.renew();
  });
  return asked.map(({ name, batches }) => ({
    destination: name,
    asked: batches !== null,
    recognised: recognised.get(name) ?? 0,
    later: [...(lost.byDestination.get(name)?.values() ?? [])].reduce((sum, count) => sum + count, 0),
  }));
};

/**
 * Puts a backup in the place of a spool that is gone. What a destination took after the backup was made is asked from it, so that nothing
 * is loaded twice: entries of the backup that it has are passed over, and events that only it has are known again when they are sent
 * again. The spool gets a new id, since its next entries get numbers that the lost ones had. Nothing is in place before all of that is
 * on disk.
 *
 * @throws NitkaError `backup_unreadable`, `folder_not_empty` or `query_failed`; DestinationError if one does not answer
 */
export const restore = async (
  config: Pick<CollectorConfig, 'destinations' | 'dataDir'>,
  from: string,
  parts: RestoreParts,
): Promise<RestoredDestination[]> => {
  readBackup(from);
  const place = join(config.dataDir, 'spool');
  const workshop = join(config.dataDir, 'spool-restoring');
  claimFolder(place);
  rmSync(workshop, { recursive: true, force: true });
  makeFolder(workshop);
  await copySpool(from, workshop);
  const opened: Destination[] = [];
  const spool = openSpool({ folder: workshop });
  let report: RestoredDestination[];
  try {
    const asked = await askAll(config, parts.createDestination, opened);
    report = await reconcile(spool, asked, parts);
  } finally {
    await spool.close();
    for (const destination of opened) await destination.close();
  }
  // It is the seal of the old id (spool/seal.ts).
  rmSync(join(workshop, 'seal'), { force: true });
  rmSync(place, { recursive: true });
  renameSync(workshop, place);
  return report;
};
