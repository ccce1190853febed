import type { ErrorCode } from '@nitka/core';
import type { CollectorConfig } from '../config.ts';
import type { IngestReply } from '../ingest.ts';
import type { Delivery, Received } from '../reception.ts';

export type WorkerConfig = Pick<CollectorConfig, 'dataDir' | 'limits' | 'privacy' | 'sources'>;

/** What a worker is started with. */
export interface WorkerThreadData {
  readonly judges: true;
  readonly config: WorkerConfig;
}

/** Bytes of the message that a part lies in, end exclusive. */
export type Place = readonly [start: number, end: number];

export type Parcel = Omit<Delivery, 'raw'> & { readonly body: Place };

/** One message for many requests: each message costs both threads as much as some events do. */
export type ToWorker =
  | {
      readonly type: 'judge';
      readonly id: number;
      readonly bytes: ArrayBuffer;
      readonly parcels: readonly Parcel[];
    }
  | { readonly type: 'forget' }
  | { readonly type: 'stop' };

export type Judged = Omit<Received<Omit<IngestReply, 'duplicates'>>, 'source'> & { readonly source: string };

/** What became of one request: what is to be written, if anything is, and the answer once it is written. */
export interface Finding {
  readonly chunk: { readonly bytes: Place; readonly keys: Place } | null;
  readonly outcome:
    | { readonly judged: Judged }
    | { readonly code: ErrorCode }
    /** Anything else that was thrown. */
    | { readonly name: string; readonly stack: string };
}

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly detail: string | undefined }
  | {
      readonly type: 'judged';
      readonly id: number;
      readonly bytes: ArrayBuffer;
      readonly findings: readonly Finding[];
      /** Of the list of those who were forgotten, before the first of these was looked at. */
      readonly revision: number;
    };
