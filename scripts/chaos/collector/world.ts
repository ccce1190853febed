import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../random.ts';
import { openDestination } from './destination.ts';
import { mountDisk } from './disk.ts';
import type { Disk } from './disk.ts';
import type { DestinationName, DestinationUnderTest } from './destination.ts';
import { startNodeLoad } from './node-load.ts';
import type { NodeLoad } from './node-load.ts';
import { startPageLoad } from './page-load.ts';
import type { PageLoad } from './page-load.ts';
import { createCollectorProcess } from './process.ts';
import type { CollectorProcess } from './process.ts';
import { startProxy } from './proxy.ts';
import type { Proxy } from './proxy.ts';
import { startSender } from './sender.ts';
import type { Sender } from './sender.ts';

/** All that takes part, from the page to the warehouse. */
export interface World {
  readonly collector: CollectorProcess;
  /** Between the senders and the collector. */
  readonly front: Proxy;
  readonly destination: DestinationUnderTest;
  readonly sender: Sender;
  readonly backend: NodeLoad;
  readonly page: PageLoad | null;
  /** Where the collector's data are. */
  readonly disk: Disk;
  /** The folder of the spool. */
  readonly spool: string;
  /** A folder for copies. */
  readonly scratch: string;
  close(): Promise<void>;
}

const keys = { site: 'chaos-browser-key', till: 'chaos-till-key', raw: 'chaos-raw-key' } as const;
const diskMegabytes = 1024;
const hash = (key: string): string => createHash('sha256').update(key).digest('hex');

export interface WorldOptions {
  readonly destination: DestinationName;
  readonly withPage: boolean;
  readonly random: Random;
  readonly workers?: number | undefined;
}

export const openWorld = async ({
  destination: name,
  withPage,
  random,
  workers,
}: WorldOptions): Promise<World> => {
  const folder = await mkdtemp(join(tmpdir(), 'nitka-chaos-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const closer of [...closers].reverse()) await closer().catch(() => undefined);
  };
  try {
    const disk = await mountDisk(join(folder, 'data'), diskMegabytes);
    closers.push(disk.close);
    const destination = await openDestination(name);
    closers.push(destination.close);
    const page = withPage ? await startPageLoad() : null;
    if (page) closers.push(page.close);
    const scratch = join(folder, 'scratch');
    mkdirSync(scratch);
    const collector = createCollectorProcess(folder, {
      dataDir: './data',
      listen: { host: '127.0.0.1', port: 0 },
      sources: [
        { name: 'site', kind: 'browser', writeKey: keys.site, origins: page ? [page.origin] : [] },
        { name: 'till', kind: 'server', writeKeySha256: hash(keys.till) },
        { name: 'raw', kind: 'server', writeKeySha256: hash(keys.raw) },
      ],
      destinations: [destination.config],
      // Small loads, many of them: more moments to be killed in.
      loader: { maxEvents: 300, maxDelayMs: 50 },
      // The disk is asked each second; here it is filled faster than that.
      limits: { freeDiskBytes: 0 },
      log: { level: 'info' },
      shutdownSeconds: 2,
      ...(workers !== undefined && { workers }),
    });
    const end = await collector.start();
    if (end) throw new Error(`the collector did not start: ${end.output}`);
    closers.push(async () => {
      collector.signal('SIGCONT');
      await collector.end('SIGKILL');
    });
    const front = await startProxy(collector.port);
    closers.push(front.close);
    await page?.open(front.port, keys.site);
    const sender = startSender(front.port, keys.raw, random);
    closers.push(sender.stop);
    const backend = startNodeLoad(front.port, keys.till, random);
    closers.push(backend.close);
    const spool = join(folder, 'data', 'spool');
    return { collector, front, destination, sender, backend, page, disk, spool, scratch, close };
  } catch (error) {
    await close();
    throw error;
  }
};
