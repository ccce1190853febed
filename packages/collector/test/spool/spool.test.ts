import { describe, expect, it } from 'vitest';
import { openSpool } from '../../src/spool/spool.ts';
import { event, meta } from '../support/chunks.ts';
import { temporaryFolder } from '../support/collector.ts';

const open = (folder = temporaryFolder()) => openSpool({ folder });

describe('spool', () => {
  it('gives back what was appended, byte for byte and in order, after it was closed and opened again', async () => {
    const folder = temporaryFolder();
    const first = open(folder);
    await Promise.all([
      first.append({ meta, entries: [event('a'), event('b')] }),
      first.append({ meta, entries: [event('c')] }),
    ]);
    await first.close();
    const again = open(folder);
    const chunks = again.read(1, again.head());
    expect(chunks.map(({ first: at }) => at)).toEqual([1, 3]);
    expect(chunks.flatMap(({ chunk }) => chunk.entries.map(({ payload }) => payload.toString()))).toEqual([
      '{"id":"a"}',
      '{"id":"b"}',
      '{"id":"c"}',
    ]);
    expect(chunks[0]?.chunk).toEqual({ meta, entries: [event('a'), event('b')] });
    expect(again.id).toBe(first.id);
    await again.close();
  });

  it('knows a messageId again at any later time, within one batch and after its event was released', async () => {
    const folder = temporaryFolder();
    const first = open(folder);
    const uuid = '019a0000-0000-7000-8000-000000000001';
    expect(await first.append({ meta, entries: [event(uuid), event('x'), event(uuid)] })).toEqual({
      duplicates: 1,
    });
    await first.transact(() => {
      first.saveCursor('d', { next: first.head(), ranges: [] });
      first.release(['d']);
    });
    expect(first.read(1, first.head())).toEqual([]);
    await first.close();
    const again = open(folder);
    expect(await again.append({ meta, entries: [event(uuid), event('y'), event('x')] })).toEqual({
      duplicates: 2,
    });
    expect(again.ledger.read().get('site')).toMatchObject({ accepted: 6, duplicate: 3, rejected: 0 });
    expect(again.pending('d')).toEqual(new Map([['site', 1]]));
    await again.close();
  });

  it('keeps rejects with their bytes, and does not take their ids for seen', async () => {
    const spool = open();
    const payload = Buffer.from([0x7b, 0xff, 0x00]);
    await spool.append({ meta, entries: [{ code: 'field_invalid', detail: 'x', messageId: 'm', payload }] });
    expect(spool.rejects.list(9)).toEqual([
      {
        id: 1,
        source: 'site',
        code: 'field_invalid',
        detail: 'x',
        messageId: 'm',
        receivedAt: 5,
        destination: null,
        payload,
      },
    ]);
    expect(await spool.append({ meta, entries: [event('m')] })).toEqual({ duplicates: 0 });
    await spool.close();
  });

  it('keeps all or nothing of a transaction that fails, and goes on after it', async () => {
    const spool = open();
    const lost = spool.transact(() => spool.notes.put('lost', 1));
    const failing = spool.transact(() => {
      throw new Error('disk');
    });
    const kept = spool.append({ meta, entries: [event('kept')] });
    await expect(lost).rejects.toMatchObject({ code: 'internal_error' });
    await expect(failing).rejects.toMatchObject({ code: 'internal_error' });
    expect(spool.notes.get('lost')).toBeUndefined();
    expect(await kept).toEqual({ duplicates: 0 });
    expect(spool.ledger.read().get('site')).toMatchObject({ accepted: 1 });
    expect(spool.read(1, spool.head())).toHaveLength(1);
    await spool.close();
  });

  it('releases only what every destination has taken, and no chunk in part', async () => {
    const spool = open();
    await spool.append({ meta, entries: [event('a'), event('b'), event('c')] });
    await spool.append({ meta, entries: [event('d')] });
    const release = (next: number): Promise<void> =>
      spool.transact(() => {
        spool.saveCursor('fast', { next: 5, ranges: [] });
        spool.saveCursor('slow', { next, ranges: [] });
        spool.release(['fast', 'slow']);
      });
    await release(2);
    expect(spool.read(1, 9).map(({ first }) => first)).toEqual([1, 4]);
    expect(spool.pending('slow')).toEqual(new Map([['site', 3]]));
    await release(4);
    expect(spool.read(1, 9).map(({ first }) => first)).toEqual([4]);
    await release(5);
    expect(spool.read(1, 9)).toEqual([]);
    await spool.close();
  });
});
