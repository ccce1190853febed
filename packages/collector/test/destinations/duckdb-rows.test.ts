import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fc } from '../../../../tests/support/fast-check.ts';
import { createDuckdb } from '../../src/destinations/duckdb.ts';
import type { Row } from '../../src/row.ts';
import { anyRow } from '../support/any-row.ts';
import { row } from '../support/rows.ts';
import { seededRandom } from '../support/random.ts';
import { temporaryFolder } from '../support/collector.ts';

it(
  'reads back every value of every column, over the borders of data chunks',
  { timeout: 120_000 },
  async () => {
    const folder = temporaryFolder();
    const destination = await createDuckdb({ path: join(folder, 'w.duckdb') }, { dataDir: folder });
    await destination.open();
    const kinds = fc.sample(anyRow, { numRuns: 400, seed: 20 });
    const random = seededRandom(3);
    // Rows that are alike follow each other, as the events of a visitor do.
    const rows: Row[] = [];
    while (rows.length < 5000) {
      const kind = kinds[Math.floor(random() * kinds.length)]!;
      for (let same = Math.floor(random() * 4); same >= 0; same -= 1) rows.push(row(`m${rows.length}`, kind));
    }
    await destination.load({ id: 'b', events: rows, rejects: [], loadedAt: 1_700_000_000_001 });
    const times = ['occurred_at', 'original_timestamp', 'sent_at', 'received_at', 'loaded_at'];
    const { columns, rows: found } = await destination.query!(
      `SELECT * REPLACE (${times.map((name) => `epoch_us(${name}) AS ${name}`).join(', ')}) FROM raw_events ORDER BY rowid`,
      10_000,
    );
    const numeric = new Set([...times, 'sequence']);
    const shown = found.map((values) =>
      Object.fromEntries(
        columns.map((name, at) => {
          const value = values[at];
          if (value === null || !numeric.has(name)) return [name, value];
          return [name, times.includes(name) ? Number(BigInt(value as string) / 1000n) : Number(value)];
        }),
      ),
    );
    expect(shown).toEqual(
      rows.map((each) => ({
        ...each,
        payload: each.payload.toString(),
        batch_id: 'b',
        loaded_at: 1_700_000_000_001,
      })),
    );
    await destination.close();
  },
);
