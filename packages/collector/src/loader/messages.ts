import type { ErrorCode } from '@nitka/core';
import type { CollectorConfig } from '../config.ts';
import type { FailureKind, QueryResult } from '../destinations/destination.ts';
import type { SpoolTrouble, Trouble } from '../trouble.ts';
import type { SettleFailure } from './settler.ts';
import type { ForgetReport, ForgetRequest } from '../privacy/forget.ts';

/** What the loader's thread is started with. */
export interface LoaderThreadData {
  readonly config: CollectorConfig;
  /** `written` of the spool (spool/options.ts). */
  readonly follows: SharedArrayBuffer;
}

export type ToThread =
  | { readonly type: 'wake' }
  | {
      readonly type: 'query';
      readonly id: number;
      readonly sql: string;
      readonly limit: number;
      readonly destination?: string;
    }
  | { readonly type: 'forget'; readonly id: number; readonly request: ForgetRequest }
  | { readonly type: 'settle'; readonly id: number }
  | { readonly type: 'stop'; readonly drainMilliseconds: number };

/** What is answered. */
export type Question = Extract<ToThread, { readonly id: number }>;

export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly detail: string | undefined }
  | {
      readonly type: 'troubles';
      readonly troubles: ReadonlyMap<string, Trouble | null>;
      readonly spoolTrouble: SpoolTrouble | null;
    }
  | { readonly type: 'settle failed'; readonly failure: SettleFailure }
  | {
      readonly type: 'trouble';
      readonly destination: string;
      readonly kind: FailureKind;
      readonly message: string;
    }
  | { readonly type: 'answer'; readonly id: number; readonly result?: QueryResult | ForgetReport | void }
  | { readonly type: 'forgetting'; readonly id: number; readonly progress: readonly [string, number, number] }
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly code: ErrorCode;
      readonly detail: string | undefined;
    };
