import type { LedgerLine } from '../../../packages/collector/src/ledger.ts';
import type { World } from './world.ts';

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const sum = (
  lines: readonly LedgerLine[],
  field: 'accepted' | 'loaded' | 'duplicate' | 'rejected' | 'pending',
) => lines.reduce((total, line) => total + line[field], 0);

const isBalanced = ({ accepted, loaded, duplicate, rejected, pending }: LedgerLine): boolean =>
  accepted === loaded + duplicate + rejected + pending;

/** Asked of a destination that may just have come back. */
const ask = async (world: World, sql: string): Promise<readonly (readonly unknown[])[]> => {
  const until = Date.now() + 60_000;
  for (;;) {
    try {
      return await world.collector.query(sql);
    } catch (error) {
      if (Date.now() > until) throw error;
      await pause(200);
    }
  }
};

/** What must hold at any moment at which the collector runs. Gives the faults found, and the books. */
export const proveRound = async (world: World): Promise<{ faults: string[]; books: LedgerLine[] }> => {
  const { collector, sender } = world;
  const faults: string[] = [];
  // Counted first: whatever is answered for by now must be in the books.
  const promised = sender.acknowledged.size + sender.refused().acknowledged + sender.repeated();
  const books = await collector.books();
  for (const line of books) {
    if (!isBalanced(line) || !line.balanced) faults.push(`the books do not balance: ${JSON.stringify(line)}`);
  }
  const raw = sum(
    books.filter(({ source }) => source === 'raw'),
    'accepted',
  );
  if (raw < promised) faults.push(`${promised} events were answered for, ${raw} are in the books`);
  const [counts] = await ask(world, 'SELECT count(*), count(DISTINCT message_id) FROM raw_events');
  const [rows, ids] = (counts ?? []).map(Number) as [number, number];
  if (rows !== ids) faults.push(`${rows} rows have ${ids} messageIds`);
  // A load may be committed there and not yet noted here, never the other way round.
  if (rows < sum(books, 'loaded'))
    faults.push(`${sum(books, 'loaded')} events are loaded, the table has ${rows}`);
  return { faults, books };
};

/** Rows beyond the limit of one query are asked for in parts. */
const part = 50_000;
const readRows = async (world: World, columns: string, where: string): Promise<unknown[][]> => {
  const rows: unknown[][] = [];
  for (;;) {
    const sql = `SELECT ${columns} FROM raw_events WHERE ${where} ORDER BY message_id LIMIT ${part} OFFSET ${rows.length}`;
    const found = await ask(world, sql);
    rows.push(...(found as unknown[][]));
    if (found.length < part) return rows;
  }
};

const compare = (
  source: string,
  rows: readonly string[],
  must: ReadonlySet<string>,
  may: ReadonlySet<string>,
): string[] => {
  const faults: string[] = [];
  const found = new Set(rows);
  if (found.size !== rows.length)
    faults.push(`${source}: ${rows.length - found.size} rows too many for their messageIds`);
  const lost = [...must].filter((id) => !found.has(id));
  if (lost.length > 0)
    faults.push(`${source}: ${lost.length} acknowledged events are lost: ${lost.slice(0, 5).join(' ')}`);
  const strange = [...found].filter((id) => !may.has(id));
  if (strange.length > 0)
    faults.push(`${source}: ${strange.length} rows that nobody sent: ${strange.slice(0, 5).join(' ')}`);
  return faults;
};

export interface Proof {
  readonly faults: readonly string[];
  readonly rows: number;
  /** Events that the page had no room for, and said so. */
  readonly dropped: number;
  readonly books: readonly LedgerLine[];
}

/** Milliseconds without any progress after which nothing is waited for any more: twice the page's longest pause after failures. */
const standstill = 120_000;

/** Ends the load, waits until everything is delivered and loaded, and compares the table with what was sent, id by id. */
export const proveAll = async (world: World): Promise<Proof> => {
  const { collector, sender, backend, page } = world;
  const faults: string[] = [];
  await sender.stop();
  if (!(await backend.finish(standstill))) faults.push('the Node SDK could not deliver all');
  const { count: probes, dropped } = (await page?.finish()) ?? { count: 0, dropped: [] };
  const kept = probes - dropped.length;
  let books = await collector.books();
  const arrived = (): number =>
    sum(
      books.filter(({ source }) => source === 'site'),
      'accepted',
    ) -
    sum(
      books.filter(({ source }) => source === 'site'),
      'duplicate',
    );
  // As long as something moves it is waited for, however slow the machine is.
  const left = (): number => sum(books, 'pending') + Math.max(kept - arrived(), 0);
  let least = left();
  let until = Date.now() + standstill;
  while (Date.now() < until && left() > 0) {
    if (arrived() < kept) await page!.flush();
    await pause(200);
    books = await collector.books();
    if (left() >= least) continue;
    least = left();
    until = Date.now() + standstill;
  }
  if (arrived() < kept)
    faults.push(`the page could not deliver ${kept - arrived()} events in time: ${await page!.state()}`);
  if (sum(books, 'pending') > 0) faults.push(`${sum(books, 'pending')} events are not loaded`);
  for (const line of books)
    if (!isBalanced(line)) faults.push(`the books do not balance: ${JSON.stringify(line)}`);

  const idsOf = async (source: string): Promise<string[]> =>
    (await readRows(world, 'message_id', `source = '${source}'`)).map(([id]) => String(id));
  const raw = await idsOf('raw');
  const till = await idsOf('till');
  faults.push(...compare('raw', raw, sender.acknowledged, sender.offered));
  faults.push(...compare('till', till, backend.tracked, backend.tracked));
  if (Object.keys(backend.dropped()).length > 0)
    faults.push(`the Node SDK dropped ${JSON.stringify(backend.dropped())}`);

  const site = await readRows(world, 'message_id, payload', `source = 'site'`);
  const numbers = site.map(
    ([, payload]) => (JSON.parse(String(payload)) as { properties: { n: number } }).properties.n,
  );
  const wanted = new Set(Array.from({ length: probes }, (_, n) => String(n)));
  for (const n of dropped) wanted.delete(String(n));
  faults.push(...compare('site', numbers.map(String), wanted, wanted));

  const rows = raw.length + till.length + site.length;
  const [count] = await ask(world, 'SELECT count(*) FROM raw_events');
  if (Number(count?.[0]) !== rows)
    faults.push(`the table has ${String(count?.[0])} rows, ${rows} are of the sources`);
  if (sum(books, 'loaded') !== rows)
    faults.push(`the books say ${sum(books, 'loaded')} loaded, the table has ${rows}`);
  const [bad] = await ask(world, 'SELECT count(*) FROM raw_rejects');
  const { acknowledged, offered } = sender.refused();
  if (Number(bad?.[0]) !== sum(books, 'rejected'))
    faults.push(`raw_rejects has ${String(bad?.[0])} rows, the books ${sum(books, 'rejected')}`);
  if (Number(bad?.[0]) < acknowledged)
    faults.push(
      `${acknowledged} of ${offered} bad events were answered for, raw_rejects has ${String(bad?.[0])}`,
    );
  return { faults, rows, dropped: dropped.length, books };
};
