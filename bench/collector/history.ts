import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageIds } from '../../packages/collector/bench/bodies.ts';
import { openSpool } from '../../packages/collector/src/spool/spool.ts';
import type { Chunk } from '../../packages/collector/src/spool/chunk.ts';
import type { HistoryStep } from './results.ts';

const columns = {
  type: 'track', event: 'E', anonymousId: 'a', userId: null, sessionId: null, sequence: 1, phone: null, email: null, occurredAt: 1,
  originalTimestamp: null, sentAt: null, library: null, ip: null, userAgent: null, bot: null,
}; // prettier-ignore
const meta = {
  source: 's',
  kind: 'browser',
  receivedAt: 1,
  serverVisitorId: null,
  batchContext: null,
} as const;
const payload = Buffer.from('{}');
const perChunk = 20;
const atOnce = 200;

/** Appends to a spool that knows ever more ids, and removes each time what it appended: only the index of ids grows. */
export const measureHistory = async (
  ids: HistoryStep['ids'],
  steps: readonly number[],
  done: (step: HistoryStep) => void,
): Promise<HistoryStep[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'nitka-bench-'));
  const spool = openSpool({ folder });
  const id = messageIds[ids];
  const chunk = (): Chunk => ({
    meta,
    entries: Array.from({ length: perChunk }, () => ({ columns: { ...columns, messageId: id() }, payload })),
  });
  let known = 0;
  const append = async (events: number): Promise<number> => {
    let used = 0;
    for (let at = 0; at < events; at += perChunk * atOnce) {
      const chunks = Array.from({ length: atOnce }, chunk);
      const before = process.cpuUsage();
      await Promise.all(chunks.map((each) => spool.append(each)));
      const { user, system } = process.cpuUsage(before);
      used += user + system;
      known += perChunk * atOnce;
      await spool.transact(() => {
        spool.saveCursor('d', { next: spool.head(), ranges: [] });
        spool.release(['d']);
      });
    }
    return used;
  };
  const found: HistoryStep[] = [];
  const sample = 40_000;
  for (const step of steps) {
    await append(Math.max(step - known, 0));
    const before = known;
    const cpuPerEvent = Number(((await append(sample)) / sample).toFixed(2));
    const bytesPerId = Math.round((statSync(join(folder, 'data.mdb')).blocks * 512) / known);
    found.push({ ids, known: before, cpuPerEvent, bytesPerId });
    done(found.at(-1)!);
  }
  await spool.close();
  rmSync(folder, { recursive: true, force: true });
  return found;
};
