import { createSecureContext } from 'node:tls';
import { NitkaError } from '@nitka/core';
import { readConfig } from '../config-file.ts';
import type { CollectorConfig, DestinationConfig } from '../config.ts';
import { createDestination } from '../destinations/index.ts';
import { readJsonFile } from '../json-file.ts';
import { policyKeys } from '../privacy/open.ts';
import { readCertificate } from '../tls.ts';

/** Those of a config that has faults elsewhere. */
const givenDestinations = (path: string): DestinationConfig[] => {
  try {
    const { destinations } = readJsonFile(path) as { destinations?: unknown };
    if (!Array.isArray(destinations)) return [];
    return (destinations as (DestinationConfig | null)[]).filter(
      (each) => typeof each?.type === 'string',
    ) as DestinationConfig[];
  } catch {
    return [];
  }
};

const checkTls = (tls: NonNullable<CollectorConfig['listen']['tls']>): void => {
  const certificate = readCertificate(tls);
  try {
    createSecureContext(certificate);
  } catch (error) {
    throw new NitkaError('config_invalid', `listen.tls: ${(error as Error).message}`);
  }
};

const told = ({ code, detail = '' }: NitkaError): string =>
  code === 'config_invalid' ? detail.trim() : `${code}: ${detail}`;

/**
 * Looks at all that a start would stumble over: the config, the files that it names, the keys, the client and the fields of each
 * destination.
 *
 * @throws NitkaError with every fault on a line of its own
 */
export const checkAll = async (path: string): Promise<CollectorConfig> => {
  const faults: NitkaError[] = [];
  const look = async <T>(work: () => T | Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof NitkaError)) throw error;
      faults.push(error);
      return null;
    }
  };
  const config = await look(() => readConfig(path));
  const { dataDir = '', destinations = givenDestinations(path), listen, spool } = config ?? {};
  if (listen?.tls) await look(() => checkTls(listen.tls!));
  if (config) await look(() => policyKeys(config, Date.now));
  if (spool?.kafka)
    await look(async () => (await import('../kafka/spool-options.ts')).resolveKafkaSpool(spool.kafka!));
  for (const destination of destinations) await look(() => createDestination(destination, dataDir));
  const [first] = faults;
  if (faults.length === 1 && first) throw first;
  if (first || !config) throw new NitkaError('config_invalid', `\n${faults.map(told).join('\n')}`);
  return config;
};
