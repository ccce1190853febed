import type { MessagePort } from 'node:worker_threads';
import { NitkaError } from '@nitka/core';
import { systemClock } from '../clock.ts';
import { createEnrich } from '../enrich.ts';
import { codeOf } from '../errors.ts';
import { createIngest } from '../ingest.ts';
import { createFindSource } from '../plugins/write-key.ts';
import { openPrivacy } from '../privacy/open.ts';
import type { Privacy } from '../privacy/open.ts';
import { createReception } from '../reception.ts';
import type { Delivery } from '../reception.ts';
import type { Chunk } from '../spool/chunk.ts';
import { encodeOnce } from '../spool/encoded.ts';
import type { Finding, FromWorker, Parcel, ToWorker, WorkerConfig, WorkerThreadData } from './messages.ts';
import { createPile } from './pile.ts';

interface Opinion {
  readonly chunk: Chunk | null;
  readonly outcome: Finding['outcome'];
}

const outcomeOf = (error: unknown): Finding['outcome'] => {
  const code = codeOf(error);
  if (code !== 'internal_error') return { code };
  const { name, stack = '' } = error as Error;
  return { name, stack };
};

/** Judges requests as the main thread does, but for what only one thread can: the limit of a key, and the spool. */
const createJudge = (config: WorkerConfig, { guard }: Privacy) => {
  const enrich = createEnrich(config.privacy.ip);
  const findSource = createFindSource(config.sources);
  return async (delivery: Delivery): Promise<Opinion> => {
    let chunk: Chunk | null = null;
    const append = async (judged: Chunk) => {
      chunk = judged;
      return { duplicates: 0 };
    };
    const ingest = createIngest({ config, enrich, guard, spool: { append } });
    const judge = createReception({ ingest, findSource, countRequest: () => undefined });
    try {
      const { source, reply, ...rest } = await judge(delivery);
      return { chunk, outcome: { judged: { ...rest, reply, source: source.name } } };
    } catch (error) {
      return { chunk, outcome: outcomeOf(error) };
    }
  };
};

/** The inside of a worker's thread (pool.ts). */
export const runWorker = async (port: MessagePort, { config }: WorkerThreadData): Promise<void> => {
  const tell = (message: FromWorker, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  let privacy: Privacy;
  try {
    privacy = openPrivacy(config, systemClock.now);
  } catch (error) {
    const { code, detail } = error instanceof NitkaError ? error : new NitkaError('internal_error');
    tell({ type: 'refused', code, detail });
    port.close();
    return;
  }
  const { vault, pseudonyms } = privacy;
  const judge = createJudge(config, privacy);
  const pile = createPile();

  const answer = async (id: number, bytes: ArrayBuffer, parcels: readonly Parcel[]): Promise<void> => {
    const revision = vault.suppressionRevision();
    const opinions = await Promise.all(
      parcels.map(({ body: [start, end], ...delivery }) =>
        judge({ ...delivery, raw: Buffer.from(bytes, start, end - start) }),
      ),
    );
    const findings = opinions.map(({ chunk, outcome }): Finding => {
      if (chunk === null) return { chunk, outcome };
      const encoded = encodeOnce(chunk);
      return { chunk: { bytes: pile.add(encoded.bytes), keys: pile.add(encoded.keys) }, outcome };
    });
    const written = pile.take();
    tell({ type: 'judged', id, bytes: written, findings, revision }, [written]);
  };

  port.on('message', (message: ToWorker) => {
    if (message.type === 'judge') void answer(message.id, message.bytes, message.parcels);
    else if (message.type === 'forget') pseudonyms.forget();
    else {
      // Nothing holds the thread any more: it ends, and that is the answer.
      void privacy.close().then(() => port.close());
    }
  });
  tell({ type: 'ready' });
};
