import { onTestFinished, describe, expect, it } from 'vitest';
import { DestinationError } from '../src/destinations/destination.ts';
import type { Destination, LoadBatch } from '../src/destinations/destination.ts';
import type { RejectRow, Row } from '../src/row.ts';
import { erasureConformance } from './erasure.conformance.ts';
import { row } from './support/rows.ts';

export interface ConformanceTarget {
  /** A destination over tables that do not exist yet; called again with the same `state` it finds the same tables. */
  open(state: string): Promise<Destination>;
  /** A new, empty state. */
  newState(): Promise<string>;
  /** Rows of a table as objects, times as milliseconds since 1970, integers as numbers, payloads as text. Sorted by message_id. */
  read(destination: Destination, table: 'raw_events' | 'raw_rejects'): Promise<Record<string, unknown>[]>;
  /** Takes the column `bot` from `raw_events` behind the collector's back. */
  dropColumn?(state: string): Promise<void>;
}

/** In the place of `it`: a promise that a destination does not make is no test that is skipped. */
const inapplicable = (_promise: string, _test: () => Promise<void>): void => undefined;

export { row };

const batch = (id: string, events: Row[], rejects: RejectRow[] = []): LoadBatch => ({
  id,
  events,
  rejects,
  loadedAt: 1_700_000_001_789,
});

/** What every destination must do, against its real engine. */
export const destinationConformance = (name: string, target: ConformanceTarget): void => {
  const opened = async (state?: string): Promise<{ destination: Destination; state: string }> => {
    const known = state ?? (await target.newState());
    const destination = await target.open(known);
    await destination.open();
    onTestFinished(() => destination.close());
    return { destination, state: known };
  };

  describe(`${name} as a destination`, () => {
    it('loads every column as it is', async () => {
      const { destination } = await opened();
      const full = row('m', {
        event: 'Заказ "оформлен"\n', server_visitor_id: 's', user_id: 'u', session_id: 'x', sequence: 9_007_199_254_740_991, phone: '+79995551111',
        email: 'a@b.ru', original_timestamp: -62_135_596_800_000, sent_at: 253_402_300_799_999, library: 'l/1', ip: '203.0.113.0', user_agent: 'ua 😀',
        bot: 'user-agent: bot', payload: Buffer.from('{ "a" : 1.50,"ж":"\\u0000\\ud800 😀" }'), batch_context: '{"context":{}}',
      }); // prettier-ignore
      await destination.load(batch('b1', [full, row('n')]));
      const rows = await target.read(destination, 'raw_events');
      const loaded = { batch_id: 'b1', loaded_at: 1_700_000_001_789 };
      expect(rows).toEqual([
        { ...full, payload: full.payload.toString(), ...loaded },
        { ...row('n'), payload: '{}', ...loaded },
      ]);
    });

    it('keeps rejects with any bytes', async () => {
      const { destination } = await opened();
      const reject = {
        message_id: null,
        source: 'site',
        code: 'malformed_json',
        detail: 'd',
        received_at: 5,
        payload: Buffer.from([0xff, 0, 0x27]),
      };
      await destination.load(batch('b1', [], [reject]));
      const [found] = await target.read(destination, 'raw_rejects');
      expect(found).toMatchObject({
        message_id: null,
        source: 'site',
        code: 'malformed_json',
        detail: 'd',
        received_at: 5,
        batch_id: 'b1',
      });
    });

    it('takes a batch once, however often it comes', async () => {
      const { destination } = await opened();
      await destination.load(batch('b1', [row('m')]));
      await destination.load(batch('b1', [row('m')]));
      await destination.load(batch('b2', [row('n')]));
      const rows = await target.read(destination, 'raw_events');
      expect(rows.map(({ message_id: id }) => id)).toEqual(['m', 'n']);
    });

    it('takes a batch once, also after it was opened again', async () => {
      const { destination, state } = await opened();
      await destination.load(batch('b1', [row('m')]));
      await destination.load(batch('b1', [row('m')]));
      await destination.close();
      const again = await opened(state);
      await again.destination.load(batch('b1', [row('m')]));
      await again.destination.load(batch('b2', [row('n')]));
      expect((await target.read(again.destination, 'raw_events')).map(({ message_id: id }) => id)).toEqual([
        'm',
        'n',
      ]);
    });

    it('loads ten thousand rows in one batch', async () => {
      const { destination } = await opened();
      await destination.load(
        batch(
          'b1',
          Array.from({ length: 10_000 }, (_, at) => row(`m${at}`)),
        ),
      );
      expect(await target.read(destination, 'raw_events')).toHaveLength(10_000);
    });

    (target.dropColumn ? it : inapplicable)('says that the tables are wrong', async () => {
      const { destination, state } = await opened();
      await destination.close();
      await target.dropColumn!(state);
      const again = await target.open(state);
      const failure = await again.open().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(DestinationError);
      expect(failure).toMatchObject({ kind: 'schema', message: expect.stringContaining('bot') });
      await again.close();
    });

    it('answers queries that read, and refuses all others', async () => {
      const { destination } = await opened();
      if (!destination.query) return;
      await destination.load(batch('b1', [row('m')]));
      expect(await destination.query('SELECT message_id FROM raw_events', 10)).toEqual({
        columns: ['message_id'],
        rows: [['m']],
        truncated: false,
      });
      expect(await destination.query('SELECT * FROM tracks', 10)).toMatchObject({
        columns: expect.arrayContaining(['id', 'timestamp', 'source_kind', 'bot', 'server_visitor_id']),
        rows: [expect.anything()],
      });
      for (const sql of [
        'DELETE FROM raw_events',
        'DROP TABLE raw_events',
        'SELECT 1; DROP TABLE raw_events',
        'nonsense',
        '',
      ]) {
        await expect(destination.query(sql, 10)).rejects.toMatchObject({ code: 'query_failed' });
      }
      expect(await target.read(destination, 'raw_events')).toHaveLength(1);
    });

    erasureConformance({ opened, read: target.read, row });
  });
};
