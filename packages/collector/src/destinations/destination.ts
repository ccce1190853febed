import type { MaybePromise } from '@nitka/core';
import type { Erased, Erasure } from './erasure.ts';
import type { RejectRow, Row } from '../row.ts';
import type { Packed } from '../spool/packed.ts';

/** Rows that are loaded together. The same id always carries the same rows, less those that were erased on request in between. */
export interface LoadBatch {
  readonly id: string;
  /** From the spool: made when it is asked for. */
  readonly events: readonly Row[];
  readonly rejects: readonly RejectRow[];
  /** Milliseconds since 1970: becomes `loaded_at`. */
  readonly loadedAt: number;
  /**
   * The same events and rejects as they lie in the spool, for a destination that takes columns. Each page only until the next one is
   * taken, and until `load` resolves.
   */
  pages?(): Iterable<Packed>;
}

/**
 * Why a load failed:
 * - `temporary`: send the same batch again later. Also when it is unknown whether the batch got through.
 * - `poison`: a row is at fault, and nothing was committed. The batch is halved until the row is found.
 * - `schema`: the tables are not as expected. Nothing is lost; a person has to act.
 */
export type FailureKind = 'temporary' | 'poison' | 'schema';

export class DestinationError extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DestinationError';
    this.kind = kind;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whatever a load threw. What is of no kind counts as temporary. */
export const asDestinationError = (error: unknown, textOf = messageOf): DestinationError =>
  error instanceof DestinationError
    ? error
    : new DestinationError('temporary', textOf(error), { cause: error });

export interface QueryResult {
  readonly columns: readonly string[];
  /** Values as JSON has them; what JSON has not (64-bit integers, times) as text. */
  readonly rows: readonly (readonly unknown[])[];
  /** True if there were more rows than asked for. */
  readonly truncated: boolean;
}

/** Where rows go. One file each, one conformance suite for all: test/destinations.conformance.ts. */
export interface Destination {
  /** Connects, and creates or migrates the tables. Throws {@link DestinationError} `temporary` or `schema`. */
  open(): Promise<void>;
  /**
   * Commits the rows and the batch id in one step. A batch whose id is there already changes nothing and resolves.
   * Throws {@link DestinationError}.
   */
  load(batch: LoadBatch): Promise<void>;
  /** The statements by which {@link Destination.open} would make or migrate the tables now; none is run. Throws {@link DestinationError}. */
  plan?(): Promise<readonly string[]>;
  /** Runs one statement that only reads. Throws NitkaError `query_failed`. */
  query?(sql: string, limit: number): Promise<QueryResult>;
  /**
   * Takes a person's rows out of the tables, so that their bytes are on the disk no more than the engine lets it be done, and says which;
   * `dryRun` only says which. What is gone already changes nothing. Never while a batch is being loaded. A destination without it
   * cannot forget. Throws {@link DestinationError}.
   */
  erase?(erasure: Erasure, dryRun: boolean): Promise<Erased>;
  close(): MaybePromise<void>;
}

/** Makes a destination of its part of the config. Throws NitkaError `config_invalid` or `destination_client_missing`. */
export type CreateDestination = (
  options: Readonly<Record<string, unknown>>,
  context: { readonly dataDir: string },
) => Promise<Destination>;
