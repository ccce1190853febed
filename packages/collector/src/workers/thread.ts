import { Worker } from 'node:worker_threads';
import { NitkaError } from '@nitka/core';
import type { FromWorker, ToWorker, WorkerConfig, WorkerThreadData } from './messages.ts';

/** Almost all that a worker makes is dead when a group of requests is judged: more room would only be filled. */
const resourceLimits = { maxYoungGenerationSizeMb: 16 };

export interface WorkerThread {
  send(message: ToWorker, transfer?: ArrayBuffer[]): void;
  /** Resolves when it has ended. */
  stop(): Promise<void>;
}

export interface WorkerThreadOptions {
  /** The program, which calls `runWorker` when it finds itself in a thread. */
  readonly script: string;
  readonly config: WorkerConfig;
  readonly onMessage: (message: Extract<FromWorker, { type: 'judged' }>) => void;
  /** It ended without having been told to. */
  readonly onDeath: () => void;
}

/** A thread that is ready. Its promise rejects with the NitkaError for which it could not start. */
export const startWorkerThread = ({
  script,
  config,
  onMessage,
  onDeath,
}: WorkerThreadOptions): Promise<WorkerThread> =>
  new Promise((resolve, reject) => {
    const { dataDir, limits, privacy, sources } = config;
    const workerData: WorkerThreadData = { judges: true, config: { dataDir, limits, privacy, sources } };
    const worker = new Worker(script, { workerData, resourceLimits });
    let isReady = false;
    let stopping = false;
    const ended = new Promise<void>((done) => worker.once('exit', () => done()));
    const send = (message: ToWorker, transfer: ArrayBuffer[] = []): void => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(message, transfer);
    };
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'judged') return onMessage(message);
      if (message.type === 'refused') return reject(new NitkaError(message.code, message.detail));
      isReady = true;
      resolve({
        send,
        stop() {
          stopping = true;
          send({ type: 'stop' });
          return ended;
        },
      });
    });
    // An exit follows each error.
    worker.on('error', reject);
    void ended.then(() => {
      reject(new Error('the thread ended before it was ready'));
      if (isReady && !stopping) onDeath();
    });
  });
