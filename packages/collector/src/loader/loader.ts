import type { Clock } from '@nitka/core';
import type { CollectorConfig, DestinationConfig } from '../config.ts';
import { chooseForQuery } from '../destinations/choose.ts';
import type { Destination, DestinationError, QueryResult } from '../destinations/destination.ts';
import { createForwarder } from '../forwarder.ts';
import type { Forwarder } from '../forwarder.ts';
import type { SpoolTrouble, Trouble } from '../trouble.ts';
import { forgetEverywhere } from '../privacy/forget.ts';
import type { ForgetReport, ForgetRequest, OnForgetting } from '../privacy/forget.ts';
import type { Spool } from '../spool/spool.ts';
import { createSettler } from './settler.ts';
import type { SettleFailure } from './settler.ts';

/** The loading side: one forwarder a destination. In this thread, or in one of its own (thread.ts). */
export interface Loader {
  /** Tells that there is something new in the spool. */
  wake(): void;
  /** What keeps a destination from being loaded, by its name; null while all is well. */
  troubles(): ReadonlyMap<string, Trouble | null>;
  /** What keeps the index from taking in what was answered for, so that it cannot be loaded; null while all is well. */
  spoolTrouble(): SpoolTrouble | null;
  /** Asks a destination; without a name the first that can be asked. Throws NitkaError `query_failed`, `query_not_supported` or `destination_unknown`. */
  query(sql: string, limit: number, destination?: string): Promise<QueryResult>;
  /** Resolves once the index has all that was answered for, and it can be loaded. Absent where the spool is a topic. */
  settle?(): Promise<void>;
  /** Takes a person out of the spool and every destination, while no load is under way. Absent where the spool is a topic. */
  forget?(request: ForgetRequest, onForgetting: OnForgetting): Promise<ForgetReport>;
  /** Loads what waits, for at most so many milliseconds, then lets go of the destinations. */
  stop(drainMilliseconds: number): Promise<void>;
}

export interface LoaderParts {
  readonly spool: Spool;
  readonly clock: Clock;
  readonly random: () => number;
  readonly createDestination: (config: DestinationConfig, dataDir: string) => Promise<Destination>;
  readonly onTrouble: (destination: string, trouble: DestinationError) => void;
  readonly onSettleFailure: (failure: SettleFailure) => void;
}

/** @throws NitkaError `config_invalid` or `destination_client_missing` */
export const createLoader = async (
  config: Pick<CollectorConfig, 'dataDir' | 'destinations' | 'loader'>,
  { spool, clock, random, createDestination, onTrouble, onSettleFailure }: LoaderParts,
): Promise<Loader> => {
  const destinations = new Map<string, Destination>();
  for (const options of config.destinations) {
    destinations.set(options.name, await createDestination(options, config.dataDir));
  }
  const allNames = [...destinations.keys()];
  await spool.transact(() => {
    for (const name of allNames) spool.enrol(name);
  });
  const forwarders = new Map<string, Forwarder>();
  for (const [name, destination] of destinations) {
    const own = {
      spool,
      destination,
      clock,
      random,
      onTrouble: (error: DestinationError) => onTrouble(name, error),
    };
    forwarders.set(name, createForwarder({ ...config.loader, name, allNames }, own));
  }
  for (const forwarder of forwarders.values()) forwarder.start();
  const settler = createSettler({
    settle: spool.settle,
    clock,
    onSettled() {
      for (const forwarder of forwarders.values()) forwarder.wake();
    },
    onFailure: onSettleFailure,
  });

  // The thread may have been started again.
  settler.wake();

  return {
    wake: settler.wake,
    settle: spool.settle,
    troubles: () => new Map([...forwarders].map(([name, forwarder]) => [name, forwarder.state().trouble])),
    spoolTrouble: settler.trouble,
    async query(sql, limit, name) {
      const { destination } = await chooseForQuery(allNames, (each) => destinations.get(each)!, name);
      return destination.query(sql, limit);
    },
    async forget(request, onForgetting) {
      const released = await Promise.all([...forwarders.values()].map((forwarder) => forwarder.hold()));
      try {
        return await forgetEverywhere({ spool, destinations }, request, onForgetting);
      } finally {
        for (const release of released) release();
      }
    },
    async stop(drainMilliseconds) {
      await settler.stop();
      await Promise.all([...forwarders.values()].map((forwarder) => forwarder.stop(drainMilliseconds)));
    },
  };
};
