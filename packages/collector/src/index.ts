export { buildApp } from './app.ts';
export type { AppParts } from './app.ts';
export { openCollector } from './collector.ts';
export type { Collector, CollectorParts } from './collector.ts';
export { parseConfig, readConfig } from './config-file.ts';
export { configSchema } from './config-schema.ts';
export type { CollectorConfig, DestinationConfig, SourceConfig } from './config.ts';
export { DestinationError } from './destinations/destination.ts';
export type {
  CreateDestination,
  Destination,
  FailureKind,
  LoadBatch,
  QueryResult,
} from './destinations/destination.ts';
export type { RejectRow, Row } from './row.ts';
