import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { NitkaError } from '@nitka/core';
import type { Clock } from '@nitka/core';
import type { FastifyInstance } from 'fastify';
import { adminAddress } from './admin/address.ts';
import { createAdminCommands } from './admin/commands.ts';
import { startAdminServer } from './admin/server.ts';
import type { AdminServer } from './admin/server.ts';
import { buildApp } from './app.ts';
import { systemClock } from './clock.ts';
import type { CollectorConfig } from './config.ts';
import type { DestinationError } from './destinations/destination.ts';
import { createDestination as createRegistered } from './destinations/index.ts';
import { createEnrich } from './enrich.ts';
import { createIngest } from './ingest.ts';
import { createLoader } from './loader/loader.ts';
import type { Loader, LoaderParts } from './loader/loader.ts';
import { createLoaderThread } from './loader/thread.ts';
import { createBackpressure } from './plugins/backpressure.ts';
import type { Backpressure } from './plugins/backpressure.ts';
import { createMetrics } from './plugins/metrics.ts';
import { openSpool } from './spool/spool.ts';
import type { Spool } from './spool/spool.ts';

export interface Collector {
  readonly app: FastifyInstance;
  readonly spool: Spool;
  /** Listens; resolves with the port. */
  listen(): Promise<number>;
  /** Ends requests, commits, loads what is pending within the limit of the config, and lets go of everything. */
  close(): Promise<void>;
}

export interface CollectorParts {
  readonly clock?: Clock;
  readonly random?: () => number;
  /** @default the registry of the package */
  readonly createDestination?: LoaderParts['createDestination'];
  /** The built program: with it the loader gets a thread of its own. */
  readonly loaderScript?: string | null;
}

const openOwnSpool = (config: CollectorConfig, onError: (error: unknown) => void): Spool => {
  try {
    return openSpool({ folder: join(config.dataDir, 'spool'), onError });
  } catch (error) {
    throw new NitkaError('spool_corrupt', (error as Error).message, { cause: error });
  }
};

const openLoader = (
  config: CollectorConfig,
  {
    clock = systemClock,
    random = Math.random,
    createDestination = createRegistered,
    loaderScript = null,
  }: CollectorParts,
  spool: Spool,
  onTrouble: LoaderParts['onTrouble'],
): Promise<Loader> =>
  loaderScript === null
    ? createLoader(config, { spool, clock, random, createDestination, onTrouble })
    : createLoaderThread({ config, script: loaderScript, onTrouble });

/**
 * The whole collector of one data folder, its destinations being filled; it does not listen yet.
 *
 * @throws NitkaError `spool_in_use`, `spool_corrupt`, `config_invalid` or `destination_client_missing`
 */
export const openCollector = async (
  config: CollectorConfig,
  parts: CollectorParts = {},
): Promise<Collector> => {
  const { clock = systemClock } = parts;
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const commands = createAdminCommands();
  // Taken first: whoever has the socket owns the folder.
  const admin = await startAdminServer(adminAddress(config.dataDir), commands.table);
  let app: FastifyInstance | undefined;
  let spool: Spool | undefined;
  let loader: Loader | undefined;
  const report = (fields: object, text: string): void => app?.log.warn(fields, text);
  try {
    spool = openOwnSpool(config, (error) =>
      report({ reason: (error as Error).message }, 'a transaction of the spool failed'),
    );
    loader = await openLoader(config, parts, spool, (destination, { kind, message }: DestinationError) =>
      report({ destination, kind, reason: message }, 'a load failed and will be tried again'),
    );
    const { waitingBytes, freeDiskBytes } = config.limits;
    const limits = { folder: config.dataDir, waitingBytes, freeDiskBytes };
    const backpressure = await createBackpressure(limits, { waiting: spool.waitingBytes });
    const names = config.destinations.map(({ name }) => name);
    const own = {
      ingest: createIngest({ config, spool, enrich: createEnrich(config.privacy.ip) }),
      backpressure,
      spool,
      loader,
      metrics: createMetrics({ spool, names }),
      clock,
      onAccepted: loader.wake,
      logger: { level: config.log.level },
    };
    app = await buildApp(config, own);
    commands.serve({ spool, loader, names });
    return assemble(config, { app, spool, loader, backpressure, admin });
  } catch (error) {
    await loader?.stop(0);
    await spool?.close();
    await admin.close();
    throw error;
  }
};

interface OpenParts extends Pick<Collector, 'app' | 'spool'> {
  readonly loader: Loader;
  readonly backpressure: Backpressure;
  readonly admin: AdminServer;
}

const assemble = (
  config: CollectorConfig,
  { app, spool, loader, backpressure, admin }: OpenParts,
): Collector => {
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    backpressure.stop();
    await app.close();
    await loader.stop(config.shutdownSeconds * 1000);
    await spool.close();
    await admin.close();
  };
  return {
    app,
    spool,
    async listen() {
      await app.listen(config.listen);
      const address = app.server.address();
      return typeof address === 'object' && address !== null ? address.port : config.listen.port;
    },
    close: () => (closing ??= close()),
  };
};
