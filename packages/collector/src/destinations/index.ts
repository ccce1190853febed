import { NitkaError } from '@nitka/core';
import type { DestinationConfig } from '../config.ts';
import type { CreateDestination, Destination } from './destination.ts';

/** One line a destination. Each is imported when it is used, and so is its client. */
const registry: Readonly<Record<string, () => Promise<CreateDestination>>> = {
  duckdb: async () => (await import('./duckdb.ts')).createDuckdb,
  postgres: async () => (await import('./postgres.ts')).createPostgres,
  clickhouse: async () => (await import('./clickhouse.ts')).createClickhouse,
  kafka: async () => (await import('./kafka.ts')).createKafka,
  parquet: async () => (await import('./parquet.ts')).createParquet,
};

export const destinationTypes: readonly string[] = Object.keys(registry);

/** @throws NitkaError `config_invalid` or `destination_client_missing` */
export const createDestination = async (config: DestinationConfig, dataDir: string): Promise<Destination> => {
  const entry = Object.hasOwn(registry, config.type) ? registry[config.type] : undefined;
  if (!entry) {
    throw new NitkaError(
      'config_invalid',
      `destinations: unknown type "${config.type}", there is ${destinationTypes.join(', ')}`,
    );
  }
  const create = await entry();
  return create(config, { dataDir });
};
