import { expect, it } from 'vitest';
import { v7 } from 'uuid';
import { askOwner } from '../../src/admin/client.ts';
import type { QueryResult } from '../../src/destinations/destination.ts';
import type { LedgerLine } from '../../src/ledger.ts';
import type { ForgetAnswer } from '../../src/privacy/forgetting.ts';
import { serverKey } from '../support/collector.ts';
import { createCollectorProcess } from '../support/process.ts';
import { seededRandom } from '../support/random.ts';

const phone = '+79995551111';
/** Kills; each start compiles the sources anew. `NITKA_FORGET_KILLS` for a longer run. */
const kills = Number(process.env['NITKA_FORGET_KILLS'] ?? 2);

it(
  'is completed by the next run, however often it was killed, and the books tell every row',
  { timeout: 600_000 },
  async () => {
    const collector = createCollectorProcess({ destinations: [{ type: 'duckdb' }, { type: 'parquet' }] });
    await collector.start();
    const random = seededRandom(20261122);
    let sent = 0;
    let hers = 0;

    const send = async (): Promise<void> => {
      const batch = Array.from({ length: 500 }, (_, at) => {
        const traits = at % 2 === 0 ? { phone } : { phone: `+7916${String(1_000_000 + at * 7)}` };
        return { type: 'identify', userId: `u${at}`, messageId: v7(), traits };
      });
      const response = await fetch(`${collector.url()}/v1/batch?writeKey=${serverKey}`, {
        method: 'POST',
        body: JSON.stringify({ batch }),
      });
      expect(response.status).toBe(200);
      sent += 500;
      hers += 250;
    };
    const ask = async (sql: string): Promise<unknown[][]> =>
      (await askOwner<QueryResult>(collector.admin, 'query', { sql }))!.result.rows as unknown[][];
    const books = async (): Promise<LedgerLine[]> =>
      (await askOwner<LedgerLine[]>(collector.admin, 'ledger', {}))!.result;
    const forget = async (): Promise<ForgetAnswer | null> =>
      (await askOwner<ForgetAnswer>(collector.admin, 'forget', { kind: 'phone', value: phone }))?.result ??
      null;

    for (let at = 0; at < 6; at += 1) await send();
    for (let kill = 0; kill < kills; kill += 1) {
      const running = forget().catch(() => null);
      await new Promise((resolve) => setTimeout(resolve, 250 + random() * 400));
      await collector.stop('SIGKILL');
      await running;
      await collector.start();
      for (const line of await books()) expect(line).toMatchObject({ balanced: true });
    }
    await expect
      .poll(async () => (await books()).map(({ pending }) => pending), { timeout: 120_000 })
      .toEqual([0, 0]);
    expect(await forget()).toMatchObject({ complete: true });
    for (const line of await books()) {
      expect(line).toMatchObject({ accepted: sent, balanced: true });
      expect(line.loaded - line.forgotten).toBe(sent - hers);
      expect(line.forgotten + line.rejected).toBe(hers);
    }
    expect(
      await ask(
        `SELECT count(*), count(*) FILTER (payload::VARCHAR LIKE '%${phone.slice(2)}%') FROM raw_events`,
      ),
    ).toEqual([[String(sent - hers), '0']]);
    expect(await collector.stop('SIGTERM')).toBe(0);
  },
);
