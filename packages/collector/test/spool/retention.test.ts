import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/spool/chunk.ts';
import { sequenceAt } from '../../src/spool/retention.ts';
import { openSpool } from '../../src/spool/spool.ts';
import { temporaryFolder } from '../support/collector.ts';

const chunk = (receivedAt: number, size = 3): Chunk => ({
  meta: { source: 'site', kind: 'browser', receivedAt, serverVisitorId: null, batchContext: null },
  entries: Array.from({ length: size }, (_, at) => ({
    code: 'event_type_unknown',
    detail: null,
    messageId: null,
    payload: Buffer.from(`${receivedAt}-${at}`),
  })),
});

describe('retention', () => {
  it('finds the first entry of a time', async () => {
    const spool = openSpool({ folder: temporaryFolder() });
    for (const time of [100, 100, 200, 300]) await spool.append(chunk(time));
    expect([0, 100, 150, 200, 201, 300, 301].map((time) => sequenceAt(spool, time))).toEqual([
      1, 1, 7, 7, 10, 10, 13,
    ]);
    await spool.close();
  });

  it('keeps what every destination has for as long as it is told', async () => {
    let now = 1_000_000;
    const spool = openSpool({ folder: temporaryFolder(), keepMilliseconds: 500_000, now: () => now });
    for (const time of [100_000, 400_000, 600_000, 900_000]) await spool.append(chunk(time));
    const settle = () =>
      spool.transact(() => {
        spool.saveCursor('d', { next: spool.head(), ranges: [] });
        spool.release(['d']);
      });
    await settle();
    expect(spool.receivedAt(spool.first())).toBe(600_000);
    now = 1_200_000;
    await settle();
    expect(spool.receivedAt(spool.first())).toBe(900_000);
    now = 9_000_000;
    await settle();
    expect(spool.first()).toBe(spool.head());
    await spool.close();
  });
});
