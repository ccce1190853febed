import type { MessagePort } from 'node:worker_threads';
import { NitkaError } from '@nitka/core';
import { systemClock } from '../clock.ts';
import { createDestination } from '../destinations/index.ts';
import { spoolOptions } from '../spool/options.ts';
import { openSpool } from '../spool/spool.ts';
import { createLoader } from './loader.ts';
import type { FromThread, LoaderThreadData, Question, ToThread } from './messages.ts';
import type { QueryResult } from '../destinations/destination.ts';
import type { ForgetReport } from '../privacy/forget.ts';

const codeOf = (error: unknown): Pick<NitkaError, 'code' | 'detail'> =>
  error instanceof NitkaError ? error : { code: 'internal_error', detail: (error as Error).message };

/** The inside of the loader's thread (thread.ts). LMDB lets the threads of a process share one spool. */
export const runLoaderWorker = async (
  port: MessagePort,
  { config, follows }: LoaderThreadData,
): Promise<void> => {
  const tell = (message: FromThread): void => port.postMessage(message);
  const spool = openSpool({ ...spoolOptions(config), follows });
  const loader = await createLoader(config, {
    spool,
    clock: systemClock,
    random: Math.random,
    createDestination,
    onTrouble: (destination, { kind, message }) => tell({ type: 'trouble', destination, kind, message }),
    onSettleFailure: (failure) => tell({ type: 'settle failed', failure }),
  }).catch(async (error: unknown) => {
    const { code, detail } = codeOf(error);
    tell({ type: 'refused', code, detail });
    await spool.close();
    port.close();
    return null;
  });
  if (!loader) return;

  const reporting = setInterval(
    () => tell({ type: 'troubles', troubles: loader.troubles(), spoolTrouble: loader.spoolTrouble() }),
    500,
  ).unref();
  const stop = async (drainMilliseconds: number): Promise<void> => {
    await loader.stop(drainMilliseconds);
    clearInterval(reporting);
    await spool.close();
    // Nothing holds the thread any more: it ends, and that is the answer.
    port.close();
  };
  const workOf = (message: Question): Promise<QueryResult | ForgetReport | void> => {
    if (message.type === 'query') return loader.query(message.sql, message.limit, message.destination);
    if (message.type === 'settle') return loader.settle!();
    const { id, request } = message;
    return loader.forget!(request, (...progress) => tell({ type: 'forgetting', id, progress }));
  };
  port.on('message', (message: ToThread) => {
    if (message.type === 'wake') return loader.wake();
    if (message.type === 'stop') return void stop(message.drainMilliseconds);
    const { id } = message;
    workOf(message).then(
      (result) => tell({ type: 'answer', id, result }),
      (error: unknown) => {
        const { code, detail } = codeOf(error);
        tell({ type: 'failed', id, code, detail });
      },
    );
  });
  tell({ type: 'ready' });
};
