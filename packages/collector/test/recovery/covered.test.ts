import { describe, expect, it } from 'vitest';
import { coveredBy, readBatches, readBatchId } from '../../src/recovery/covered.ts';

const spool = '0195a1b2-0000-7000-8000-000000000001';
const earlier = '0195a1b2-0000-7000-8000-000000000002';

describe('readBatchId', () => {
  it('has the range of a batch of a spool, rejected or not', () => {
    expect(readBatchId(`${spool}-5-12`)).toEqual({ spool, range: [5, 12] });
    expect(readBatchId(`${spool}-5-12-rejected`)).toEqual({ spool, range: [5, 12] });
  });

  it('is null for what is no batch of a spool', () => {
    for (const id of ['', 'copy', `${spool}-5`, `${spool}-5-x`, `${spool}-5-12-other`])
      expect(readBatchId(id)).toBe(null);
  });
});

describe('coveredBy', () => {
  it('joins ranges, takes those of earlier spools up to where these ended, and none of strangers', () => {
    const batches = [
      `${spool}-20-30`,
      `${spool}-10-20-rejected`,
      `${earlier}-1-9`,
      'copy',
      `${earlier}x-50-60`,
    ];
    expect(coveredBy(batches, { id: spool, earlierIds: [{ id: earlier, until: 6 }] })).toEqual([
      [1, 6],
      [10, 30],
    ]);
    expect(coveredBy(batches, { id: spool, earlierIds: [] })).toEqual([[10, 30]]);
  });
});

describe('readBatches', () => {
  it('asks page by page, each from the last id on, with the id as text of SQL', async () => {
    const asked: string[] = [];
    const pages = [Array.from({ length: 20_000 }, (_, at) => [`b'${String(at).padStart(5, '0')}`]), [['z']]];
    const told: number[] = [];
    const found = await readBatches(
      async (sql) => {
        asked.push(sql);
        return { columns: ['batch_id'], rows: pages[asked.length - 1]!, truncated: false };
      },
      'duckdb',
      (count) => told.push(count),
    );
    expect(found).toHaveLength(20_001);
    expect(told).toEqual([20_000, 20_001]);
    expect(asked[0]).toContain("batch_id > ''");
    expect(asked[1]).toContain("batch_id > 'b''19999'");
  });

  it('finds the ids of a lake in its files', async () => {
    let asked = '';
    await readBatches(async (sql) => {
      asked = sql;
      return { columns: [], rows: [], truncated: false };
    }, 'parquet');
    expect(asked).toContain('FROM raw_rejects');
  });
});
