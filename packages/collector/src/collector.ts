import type { Clock } from '@nitka/core';
import type { FastifyInstance } from 'fastify';
import { adminAddress } from './admin/address.ts';
import { createAdminCommands } from './admin/commands.ts';
import { createPrivacyCommands } from './admin/privacy-commands.ts';
import type { PrivacyCommandParts } from './admin/privacy-commands.ts';
import { startAdminServer } from './admin/server.ts';
import { buildApp, buildOperatorApp } from './app.ts';
import { systemClock } from './clock.ts';
import { createClosers } from './closers.ts';
import type { CollectorConfig } from './config.ts';
import { createDestination as createRegistered } from './destinations/index.ts';
import { createEnrich } from './enrich.ts';
import { createIngest } from './ingest.ts';
import { listenOn } from './listen.ts';
import { createLoader } from './loader/loader.ts';
import type { Loader, LoaderParts } from './loader/loader.ts';
import { createLoaderThread } from './loader/thread.ts';
import { makeFolder } from './make-folder.ts';
import { openPrivacy } from './privacy/open.ts';
import type { Privacy } from './privacy/open.ts';
import { safeReason } from './privacy/safe-reason.ts';
import { createBackpressure } from './plugins/backpressure.ts';
import { registerLeave } from './plugins/leave.ts';
import { createMetrics } from './plugins/metrics.ts';
import { createRecovery } from './recovery/recovery.ts';
import { openingFailure } from './spool/opening-failure.ts';
import { behindOf, diskOf } from './spool/state.ts';
import { spoolOptions } from './spool/options.ts';
import { openSpool } from './spool/spool.ts';
import type { Spool } from './spool/spool.ts';
import { workersOf } from './workers/count.ts';
import { createPool } from './workers/pool.ts';
import type { Pool, PoolOptions } from './workers/pool.ts';

export interface Collector {
  readonly app: FastifyInstance;
  readonly spool: Spool;
  /** Listens; resolves with the port. */
  listen(): Promise<number>;
  /** The operator's listener; null without one. Listens with the other. */
  readonly operatorApp?: FastifyInstance | null;
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
  /** The program of the workers: without it there are none. @default loaderScript */
  readonly workerScript?: string | null;
  /** A socket that was opened for this process (listen.ts): whoever is started next listens on it, too. */
  readonly inherited?: number | null;
}

const openOwnSpool = (
  config: CollectorConfig,
  { loaderScript = null }: CollectorParts,
  onError: (error: unknown) => void,
): Spool => {
  const settling = loaderScript === null ? 'at once' : 'elsewhere';
  try {
    return openSpool({ ...spoolOptions(config), settling, onError });
  } catch (error) {
    throw openingFailure(error);
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
  told: Pick<LoaderParts, 'onTrouble' | 'onSettleFailure'>,
): Promise<Loader> =>
  loaderScript === null
    ? createLoader(config, { spool, clock, random, createDestination, ...told })
    : createLoaderThread({ config, script: loaderScript, ...told, follows: spool.written });

const openPool = async (
  config: CollectorConfig,
  { loaderScript = null, workerScript = loaderScript }: CollectorParts,
  { spool, privacy }: { readonly spool: Spool; readonly privacy: Privacy },
  onDeath: PoolOptions['onDeath'],
): Promise<Pool | null> => {
  const count = workersOf(config);
  if (count === 0 || workerScript === null) return null;
  const revision = privacy.vault.suppressionRevision;
  return createPool({ config, script: workerScript, count, spool, revision, onDeath });
};

/** What forgets in all threads. */
const forgettingIn = (privacy: Privacy, pool: Pool | null): Privacy => ({
  ...privacy,
  pseudonyms: {
    ...privacy.pseudonyms,
    forget() {
      privacy.pseudonyms.forget();
      pool?.forget();
    },
  },
});

/**
 * The whole collector of one data folder, its destinations being filled; it does not listen yet.
 *
 * @throws NitkaError `spool_in_use`, `spool_corrupt`, `spool_full`, `config_invalid` or `destination_client_missing`
 */
export const openCollector = async (
  config: CollectorConfig,
  parts: CollectorParts = {},
): Promise<Collector> => {
  const { clock = systemClock, inherited = null } = parts;
  makeFolder(config.dataDir);
  const commands = createAdminCommands();
  let servePrivacy: (parts: PrivacyCommandParts) => void = () => undefined;
  const privacyReady = new Promise<PrivacyCommandParts>((resolve) => (servePrivacy = resolve));
  const privacyCommands = createPrivacyCommands(() => privacyReady);
  // Taken first: whoever has the socket owns the folder.
  const admin = await startAdminServer(adminAddress(config.dataDir), {
    ...commands.table,
    ...privacyCommands,
  });
  const closers = createClosers();
  closers.add(() => admin.close());
  /** Milliseconds for which the last loads may go on; a start that failed waits for none. */
  let drainFor = 0;
  let app: FastifyInstance | undefined;
  const report = (fields: object, text: string): void => app?.log.warn(fields, text);
  try {
    const privacy = openPrivacy(config, clock.now);
    closers.add(() => privacy.close());
    const spool = openOwnSpool(config, parts, (error) =>
      report({ reason: safeReason(error as Error) }, 'a transaction of the spool failed'),
    );
    closers.add(() => spool.close());
    const loader = await openLoader(config, parts, spool, {
      onTrouble: (destination, error) =>
        report(
          { destination, kind: error.kind, reason: safeReason(error) },
          'a load failed and will be tried again',
        ),
      onSettleFailure: (failure) =>
        report(
          { code: failure.code, reason: safeReason(failure) },
          'the index did not take in what was accepted, and will be tried again: until then nothing new is loaded',
        ),
    });
    closers.add(() => loader.stop(drainFor));
    // By the loader: two threads that settle in turn would begin each other's merges of ids anew.
    const settle = async (): Promise<void> => {
      await loader.settle!().catch(spool.settle);
      spool.refresh();
    };
    const settled = { ...spool, settle };
    const pool = await openPool(config, parts, { spool, privacy }, (error) =>
      report({ reason: error && safeReason(error) }, 'a worker died and will be started again'),
    );
    closers.add(() => pool?.close());
    const { waitingBytes, freeDiskBytes } = config.limits;
    const limits = { folder: config.dataDir, waitingBytes, freeDiskBytes };
    const appended = spool.waitingBytes;
    const judged = pool?.waitingBytes ?? (() => 0);
    const backpressure = await createBackpressure(limits, { waiting: () => appended() + judged() });
    const names = config.destinations.map(({ name }) => name);
    const behind = behindOf(spool, clock, () => loader.spoolTrouble()?.since ?? null);
    const enrich = createEnrich(config.privacy.ip);
    const own = {
      ingest: createIngest({ config, spool, enrich, guard: privacy.guard }),
      ...(pool && { receptionOf: pool.receptionOf }),
      backpressure,
      spool,
      loader,
      metrics: createMetrics({
        spool,
        settle,
        names,
        behind,
        spoolTrouble: loader.spoolTrouble,
        troubles: loader.troubles,
        disk: diskOf(config.dataDir),
      }),
      behind,
      spoolTrouble: loader.spoolTrouble,
      clock,
      onAccepted: loader.wake,
      logger: { level: config.log.level },
    };
    const opened = await buildApp(config, own);
    app = opened;
    const operatorApp = config.operator.listen && (await buildOperatorApp(config, own));
    const { query, wake } = loader;
    const { guard } = privacy;
    const recovery = createRecovery({
      config,
      spool: settled,
      ask: (name) => (sql, limit) => query(sql, limit, name),
      ingestInto: (target) => createIngest({ config, spool: target, enrich, guard }),
    });
    servePrivacy({
      privacy: forgettingIn(privacy, pool),
      loader,
      dataDir: config.dataDir,
      now: clock.now,
    });
    commands.serve({ spool: settled, loader, names, recovery, wake });
    closers.add(() => operatorApp?.close());
    const { leave, cutAfter } = registerLeave(opened);
    closers.add(() => opened.close());
    closers.add(() => cutAfter(Math.max(config.shutdownSeconds, 1) * 1000));
    closers.add(() => backpressure.stop());
    drainFor = inherited === null ? config.shutdownSeconds * 1000 : 0;
    // Who comes next on the same socket takes over: nobody is sent away, and what waits is left to it.
    if (inherited !== null) closers.add(() => leave(config.shutdownSeconds * 500));
    let closing: Promise<void> | null = null;
    return {
      app: opened,
      operatorApp,
      spool,
      async listen() {
        if (operatorApp && config.operator.listen) await listenOn(operatorApp, config.operator.listen);
        return listenOn(opened, config.listen, inherited);
      },
      close: () => (closing ??= closers.closeAll()),
    };
  } catch (error) {
    // What the start failed for is told, whatever else fails then.
    await closers.closeAll().catch(() => undefined);
    throw error;
  }
};
