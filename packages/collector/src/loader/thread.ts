import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { NitkaError } from '@nitka/core';
import type { CollectorConfig } from '../config.ts';
import { DestinationError } from '../destinations/destination.ts';
import type { QueryResult } from '../destinations/destination.ts';
import { troubleAfter } from '../trouble.ts';
import type { SpoolTrouble, Trouble } from '../trouble.ts';
import type { ForgetReport, OnForgetting } from '../privacy/forget.ts';
import type { Loader, LoaderParts } from './loader.ts';
import type { FromThread, LoaderThreadData, ToThread } from './messages.ts';
import { keepLettingGo } from './resident.ts';

interface Question {
  readonly resolve: (result: never) => void;
  readonly onForgetting?: OnForgetting;
  readonly reject: (error: unknown) => void;
}

/** No more than one message in this time tells of news, however many requests there are. Milliseconds. */
const wakeEvery = 20;
const restartAfter = 1000;
/** Most of what a load makes is dead when it ends: V8's own 48 MiB for young objects would only be filled. */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

export interface LoaderThreadOptions {
  readonly config: CollectorConfig;
  /** The program, which calls `runLoaderWorker` when it finds itself in a thread. */
  readonly script: string;
  readonly onTrouble: LoaderParts['onTrouble'];
  readonly onSettleFailure: LoaderParts['onSettleFailure'];
  /** `written` of the spool (spool/options.ts). */
  readonly follows: SharedArrayBuffer;
}

/**
 * A loader in a thread of its own: loading costs as much processor time as receiving, and must not delay an answer. Should the thread
 * die, it is started again; the cursors in the spool tell it where to go on.
 *
 * @throws NitkaError `config_invalid` or `destination_client_missing`
 */
export const createLoaderThread = async ({
  config,
  script,
  onTrouble,
  onSettleFailure,
  follows,
}: LoaderThreadOptions): Promise<Loader> => {
  const questions = new Map<number, Question>();
  let lastId = 0;
  let thread: Worker | null = null;
  let stopping = false;
  let stopped: () => void = () => undefined;
  let troubles: ReadonlyMap<string, Trouble | null> = new Map(
    config.destinations.map(({ name }) => [name, null]),
  );
  let spoolTrouble: SpoolTrouble | null = null;

  const receive = (message: FromThread): void => {
    if (message.type === 'troubles') ({ troubles, spoolTrouble } = message);
    else if (message.type === 'settle failed') onSettleFailure(message.failure);
    else if (message.type === 'trouble')
      onTrouble(message.destination, new DestinationError(message.kind, message.message));
    else if (message.type === 'answer') questions.get(message.id)?.resolve(message.result as never);
    else if (message.type === 'forgetting') questions.get(message.id)?.onForgetting?.(...message.progress);
    else if (message.type === 'failed')
      questions.get(message.id)?.reject(new NitkaError(message.code, message.detail));
  };

  const start = (): Promise<Worker> =>
    new Promise((resolve, reject) => {
      const workerData: LoaderThreadData = { config, follows };
      const started = new Worker(script, { workerData, resourceLimits });
      started.on('message', (message: FromThread) => {
        if (message.type === 'ready') resolve(started);
        else if (message.type === 'refused') reject(new NitkaError(message.code, message.detail));
        else receive(message);
      });
      started.on('error', (error) => {
        reject(error);
        const death = new DestinationError('temporary', `the loader's thread died: ${error.name}`);
        // Until the next one reports.
        troubles = new Map(
          [...troubles].map(([name, before]) => [name, troubleAfter(before, death, Date.now())]),
        );
        onTrouble('*', death);
      });
      started.on('exit', () => {
        for (const { reject: fail } of questions.values())
          fail(new NitkaError('query_failed', 'the loader stopped'));
        questions.clear();
        if (stopping) stopped();
        else if (started === thread) setTimeout(() => void restart(), restartAfter);
      });
    });

  const restart = async (): Promise<void> => {
    if (stopping) return;
    thread = null;
    thread = await start().catch(() => {
      setTimeout(() => void restart(), restartAfter);
      return null;
    });
  };

  thread = await start();
  const endLettingGo = await keepLettingGo(realpathSync(join(config.dataDir, 'spool', 'data.mdb')));
  const post = (message: ToThread): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    thread?.postMessage(message);
  };
  let told = false;
  let news = false;
  const wake = (): void => {
    news = true;
    if (told) return;
    told = true;
    news = false;
    post({ type: 'wake' });
    setTimeout(() => {
      told = false;
      if (news) wake();
    }, wakeEvery).unref();
  };

  const ask = <T>(message: (id: number) => ToThread, onForgetting?: OnForgetting): Promise<T> => {
    if (!thread) return Promise.reject(new NitkaError('query_failed', 'the loader is being started again'));
    lastId += 1;
    const id = lastId;
    const answer = new Promise<T>((resolve, reject) =>
      questions.set(id, { resolve, reject, ...(onForgetting && { onForgetting }) }),
    );
    post(message(id));
    return answer.finally(() => questions.delete(id));
  };

  return {
    wake,
    troubles: () => troubles,
    spoolTrouble: () => spoolTrouble,
    query: (sql, limit, destination) =>
      ask<QueryResult>((id) => ({
        type: 'query',
        id,
        sql,
        limit,
        ...(destination !== undefined && { destination }),
      })),
    settle: () => ask<void>((id) => ({ type: 'settle', id })),
    forget: (request, onForgetting) =>
      ask<ForgetReport>((id) => ({ type: 'forget', id, request }), onForgetting),
    stop: (drainMilliseconds) =>
      new Promise((resolve) => {
        stopping = true;
        endLettingGo();
        stopped = resolve;
        if (!thread) return resolve();
        post({ type: 'stop', drainMilliseconds });
      }),
  };
};
