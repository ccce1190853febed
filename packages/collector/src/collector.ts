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
import type { CollectorConfig, DestinationConfig } from './config.ts';
import type { Destination, DestinationError } from './destinations/destination.ts';
import { createDestination as createRegistered } from './destinations/index.ts';
import { createEnrich } from './enrich.ts';
import { createForwarder } from './forwarder.ts';
import type { Forwarder } from './forwarder.ts';
import { createIngest } from './ingest.ts';
import { createBackpressure } from './plugins/backpressure.ts';
import type { Backpressure } from './plugins/backpressure.ts';
import { createMetrics } from './plugins/metrics.ts';
import { openSpool } from './spool/spool.ts';
import type { Spool } from './spool/spool.ts';

export interface Collector {
  readonly app: FastifyInstance;
  readonly spool: Spool;
  readonly forwarders: ReadonlyMap<string, Forwarder>;
  /** Listens; resolves with the port. */
  listen(): Promise<number>;
  /** Ends requests, commits, loads what is pending within the limit of the config, and lets go of everything. */
  close(): Promise<void>;
}

export interface CollectorParts {
  readonly clock?: Clock;
  readonly random?: () => number;
  /** @default the registry of the package */
  readonly createDestination?: (config: DestinationConfig, dataDir: string) => Promise<Destination>;
}

/**
 * The whole collector of one data folder, its destinations being filled; it does not listen yet.
 *
 * @throws NitkaError `spool_in_use`, `spool_corrupt`, `config_invalid` or `destination_client_missing`
 */
export const openCollector = async (
  config: CollectorConfig,
  parts: CollectorParts = {},
): Promise<Collector> => {
  const { clock = systemClock, random = Math.random, createDestination = createRegistered } = parts;
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const destinations = new Map<string, Destination>();
  for (const options of config.destinations)
    destinations.set(options.name, await createDestination(options, config.dataDir));

  const commands = createAdminCommands();
  // Taken first: whoever has the socket owns the folder.
  const admin = await startAdminServer(adminAddress(config.dataDir), commands.table);
  let app: FastifyInstance | undefined;
  let spool: Spool | undefined;
  try {
    const report = (fields: object, text: string): void => app?.log.warn(fields, text);
    spool = openOwnSpool(config, (error) =>
      report({ reason: (error as Error).message }, 'a transaction of the spool failed'),
    );
    const forwarders = createForwarders(config, destinations, spool, { clock, random, report });
    const { waitingBytes, freeDiskBytes } = config.limits;
    const backpressure = await createBackpressure(
      { folder: config.dataDir, waitingBytes, freeDiskBytes },
      { waiting: spool.waitingBytes },
    );
    const ingest = createIngest({ config, spool, enrich: createEnrich(config.privacy.ip) });
    const metrics = createMetrics({ ledger: spool.ledger, forwarders });
    const onAccepted = (): void => {
      for (const forwarder of forwarders.values()) forwarder.wake();
    };
    const logger = { level: config.log.level };
    app = await buildApp(config, { ingest, backpressure, forwarders, metrics, clock, onAccepted, logger });
    commands.serve({ spool, destinations });
    for (const forwarder of forwarders.values()) forwarder.start();
    return assemble(config, { app, spool, forwarders, backpressure, admin });
  } catch (error) {
    await spool?.close();
    await admin.close();
    throw error;
  }
};

const openOwnSpool = (config: CollectorConfig, onError: (error: unknown) => void): Spool => {
  try {
    return openSpool({ folder: join(config.dataDir, 'spool'), onError });
  } catch (error) {
    throw new NitkaError('spool_corrupt', (error as Error).message, { cause: error });
  }
};

interface ForwarderNeeds {
  readonly clock: Clock;
  readonly random: () => number;
  readonly report: (fields: object, text: string) => void;
}

const createForwarders = (
  config: CollectorConfig,
  destinations: ReadonlyMap<string, Destination>,
  spool: Spool,
  { clock, random, report }: ForwarderNeeds,
): Map<string, Forwarder> => {
  const allNames = [...destinations.keys()];
  const forwarders = new Map<string, Forwarder>();
  for (const [name, destination] of destinations) {
    const onTrouble = ({ kind, message }: DestinationError): void =>
      report({ destination: name, kind, reason: message }, 'a load failed and will be tried again');
    const parts = { spool, destination, clock, random, onTrouble };
    forwarders.set(name, createForwarder({ ...config.loader, name, allNames }, parts));
  }
  return forwarders;
};

interface OpenParts extends Pick<Collector, 'app' | 'spool' | 'forwarders'> {
  readonly backpressure: Backpressure;
  readonly admin: AdminServer;
}

const assemble = (
  config: CollectorConfig,
  { app, spool, forwarders, backpressure, admin }: OpenParts,
): Collector => {
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    backpressure.stop();
    await app.close();
    await Promise.all(
      [...forwarders.values()].map((forwarder) => forwarder.stop(config.shutdownSeconds * 1000)),
    );
    await spool.close();
    await admin.close();
  };
  return {
    app,
    spool,
    forwarders,
    async listen() {
      await app.listen(config.listen);
      const address = app.server.address();
      return typeof address === 'object' && address !== null ? address.port : config.listen.port;
    },
    close: () => (closing ??= close()),
  };
};
