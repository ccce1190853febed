import { NitkaError } from '@nitka/core';
import type { FastifyInstance } from 'fastify';
import { adminAddress } from '../admin/address.ts';
import { startAdminServer } from '../admin/server.ts';
import { buildApp, buildOperatorApp } from '../app.ts';
import type { AppParts } from '../app.ts';
import { systemClock } from '../clock.ts';
import { createClosers } from '../closers.ts';
import type { Collector, CollectorParts } from '../collector.ts';
import type { CollectorConfig } from '../config.ts';
import type { DestinationError } from '../destinations/destination.ts';
import { createDestination as createRegistered } from '../destinations/index.ts';
import { importClient } from '../destinations/options.ts';
import { createEnrich } from '../enrich.ts';
import { createIngest } from '../ingest.ts';
import type { SourceCounts } from '../ledger.ts';
import { makeFolder } from '../make-folder.ts';
import { createBackpressure } from '../plugins/backpressure.ts';
import { createMetrics } from '../plugins/metrics.ts';
import { openPrivacy } from '../privacy/open.ts';
import { safeReason } from '../privacy/safe-reason.ts';
import { listenOn } from '../listen.ts';
import { createKafkaAccept } from './accept.ts';
import { createCluster } from './cluster.ts';
import { createKafkaCommands, kafkaForgetting } from './commands.ts';
import { failureText } from './failure.ts';
import { followForgotten } from './follow-forgotten.ts';
import { createForgetList } from './forget-list.ts';
import { createForgetNotes } from './forget-notes.ts';
import { createKafkaLoader } from './spool-loader.ts';
import type { KafkaLoader } from './spool-loader.ts';
import { resolveKafkaSpool } from './spool-options.ts';
import { waitForTopics } from './wait-for-topics.ts';

/** What a destination of rows may be when several processes load. */
const checkDestinations = (config: CollectorConfig): void => {
  for (const { name, type } of config.destinations) {
    if (type !== 'kafka') continue;
    throw new NitkaError(
      'config_invalid',
      `destinations.${name}: events that lie in Kafka already are not loaded into Kafka: use the local spool`,
    );
  }
};

/** The counts of this process's partitions in the shape of the metrics. */
const countsOf = (loader: KafkaLoader | null, names: readonly string[]): Map<string, SourceCounts> => {
  const found = new Map<string, SourceCounts>();
  for (const name of names) {
    for (const [source, counts] of Object.entries(loader?.books(name) ?? {})) {
      const { accepted, duplicate, rejected, loaded } = counts;
      const sum = found.get(source) ?? { accepted, duplicate, rejected, destinations: {} };
      sum.destinations[name] = { loaded, rejected: 0 };
      found.set(source, sum);
    }
  }
  return found;
};

/**
 * A collector whose spool is Kafka, or the half of it that `role` says: `http` answers once every in-sync replica has the events, `loader`
 * carries them to the destinations.
 *
 * @throws NitkaError `spool_in_use`, `config_invalid` or `destination_client_missing`; DestinationError if the topics are not fit
 */
export const openKafkaCollector = async (
  config: CollectorConfig,
  { clock = systemClock, random = Math.random, createDestination = createRegistered }: CollectorParts = {},
): Promise<Pick<Collector, 'app' | 'listen' | 'close'>> => {
  const spool = resolveKafkaSpool(config.spool.kafka ?? {});
  const loads = config.role !== 'http';
  if (loads) checkDestinations(config);
  const kafka = await importClient('@platformatic/kafka', () => import('@platformatic/kafka'));
  makeFolder(config.dataDir);
  const names = loads ? config.destinations.map(({ name }) => name) : [];
  let app: FastifyInstance | undefined;
  const commands = createKafkaCommands(config);
  let loader: KafkaLoader | null = null;
  const closers = createClosers();
  const warn = (text: string) => (error: unknown) => app?.log.warn({ reason: failureText(error) }, text);

  try {
    if (loads) {
      // Whoever has the socket owns the folder, and with it the index of what was seen.
      const admin = await startAdminServer(adminAddress(config.dataDir), commands.table);
      closers.add(() => admin.close());
    }
    const privacy = openPrivacy(config, clock.now);
    closers.add(() => privacy.close());
    const topics = await waitForTopics(kafka, spool, (error) => {
      // The log is not there yet.
      process.stderr.write(`waiting for Kafka: ${failureText(error)}\n`);
    });
    const cluster = createCluster(kafka, spool.address);
    const notes = createForgetNotes(
      () => cluster,
      topics.cursors,
      (lane) => loader?.reopen(lane),
    );
    const forgotten = createForgetList(config, privacy, notes);
    const following = await followForgotten(
      forgotten,
      warn('the list of the forgotten could not be read, and will be tried again'),
      () => cluster.forget(),
    );
    closers.add(async () => {
      const stopped = following.stop();
      // Breaks off what is being read.
      await cluster.close();
      await stopped;
    });
    if (loads) {
      const own = await createKafkaLoader(config, {
        kafka,
        cluster,
        forgotten,
        spool,
        ...topics,
        clock,
        random,
        createDestination,
        onTrouble: (destination, error: DestinationError) =>
          app?.log.warn(
            { destination, kind: error.kind, reason: safeReason(error) },
            'a load failed and will be tried again',
          ),
        onGroupError: warn('the group of loaders could not be joined, and will be tried again'),
      });
      loader = own;
      closers.add(() => own.stop(config.shutdownSeconds * 1000));
      const session = { cluster, spool, ...topics };
      const { forgetting: targets } = own;
      const parts = { config, session, privacy, targets, notes, now: clock.now };
      commands.serve({ loader: own, session, forgetting: () => kafkaForgetting(parts) });
    }
    const accept = createKafkaAccept(kafka, spool, {
      topic: topics.events,
      clock,
      onError: warn('Kafka did not take events'),
    });
    closers.add(() => accept.close());
    const { waitingBytes, freeDiskBytes } = config.limits;
    const limits = { folder: config.dataDir, waitingBytes, freeDiskBytes };
    const backpressure = await createBackpressure(limits, { waiting: accept.waitingBytes });
    const lag = (name: string): number => loader?.lag(name) ?? 0;
    const parts: AppParts = {
      ingest: createIngest({
        config,
        spool: accept,
        enrich: createEnrich(config.privacy.ip),
        guard: privacy.guard,
      }),
      backpressure,
      spool: { lag },
      loader: loader ?? { troubles: () => new Map() },
      metrics: createMetrics({
        spool: { ledger: { read: () => countsOf(loader, names) }, lag },
        names,
        spoolTrouble: accept.trouble,
        ...(loader && { troubles: loader.troubles }),
      }),
      spoolTrouble: accept.trouble,
      clock,
      onAccepted: () => undefined,
      logger: { level: config.log.level },
    };
    // A loader answers for its health and metrics only.
    const opened = await (config.role === 'loader' ? buildOperatorApp : buildApp)(config, parts);
    app = opened;
    const apart = config.role === 'loader' ? null : config.operator.listen;
    const operatorApp = apart && (await buildOperatorApp(config, parts));
    closers.add(() => operatorApp?.close());
    closers.add(() => opened.close());
    closers.add(() => backpressure.stop());
    let closing: Promise<void> | null = null;
    return {
      app: opened,
      async listen() {
        if (operatorApp && apart) await listenOn(operatorApp, apart);
        return listenOn(opened, config.listen);
      },
      close: () => (closing ??= closers.closeAll()),
    };
  } catch (error) {
    // What the start failed for is told, whatever else fails then.
    await closers.closeAll().catch(() => undefined);
    throw error;
  }
};
