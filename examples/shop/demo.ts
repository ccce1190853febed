import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import colours from 'picocolors';
import { ledgerOf } from '../../tests/ledger.ts';
import { check } from './story/checks.ts';
import { openStage, StageError, type Stage } from './story/stage.ts';
import { phone, tell } from './story/story.ts';
import { chapter, code, failure, note, say, table, title } from './story/terminal.ts';
import { threadSql, type ThreadRow } from './story/thread.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    once: { type: 'boolean', default: false },
    port: { type: 'string' },
  },
});

const root = fileURLToPath(new URL('../..', import.meta.url));
const command = join(root, 'packages/collector/dist/main.js');
const pictures = join(root, '.nitka/demo');

const closings: (() => Promise<unknown>)[] = [];
const onClose = (close: () => Promise<unknown>): void => void closings.push(close);
const closeAll = async (): Promise<void> => {
  for (let close = closings.pop(); close; close = closings.pop()) await close().catch(() => undefined);
};

const time = (text: string): string => text.slice(11, 19);

const showThread = (thread: readonly ThreadRow[]): void => {
  table(
    ['happened', 'arrived', 'where', 'what', 'about', 'visitor id', 'phone'],
    thread.map((row) => [
      time(row.occurred_at),
      time(row.received_at) === time(row.occurred_at) ? '' : time(row.received_at),
      row.source,
      row.what,
      row.utm_source && row.what === 'page' ? `${row.detail} (${row.utm_source})` : (row.detail ?? ''),
      row.source === 'shop' ? `…${row.anonymous_id.slice(-8)}` : '',
      row.phone ?? '',
    ]),
  );
};

const run = async (): Promise<Stage & { readonly whole: boolean }> => {
  title(
    'Nitka: one customer, one thread',
    'A real collector, a real shop, a real browser, two tills. About half a minute.',
  );
  chapter('Collector, shop and browser start');
  const stage = await openStage(values.port === undefined ? undefined : Number(values.port), onClose);
  note(
    `Shop ${stage.shop}, collector ${stage.collector.url}, warehouse: DuckDB in ${stage.collector.folder}`,
  );
  const told = await tell(stage, pictures, onClose);

  chapter('What the raw layer knows of the person with this phone');
  const sql = threadSql(phone);
  code(sql);
  const { collector } = stage;
  await collector.eventually<{ n: string }>(
    `SELECT count(*) AS n FROM raw_events WHERE event LIKE 'Order %'`,
    ([row]) => Number(row?.n) >= 2,
  );
  const thread = await collector.query<ThreadRow>(sql);
  const [counted] = await collector.query<{ n: string }>('SELECT count(*) AS n FROM raw_events');
  showThread(thread);

  chapter('Is the thread whole?');
  const whole = check(told, thread, await ledgerOf(collector.folder), Number(counted?.n));
  say(`\nPictures: ${relative(process.cwd(), pictures) || '.'}/*.png`);
  return { ...stage, whole };
};

let isStopped = false;
const stop = (code: number) => (): void => {
  isStopped = true;
  void closeAll().then(() => process.exit(code));
};
process.once('SIGINT', stop(130));
process.once('SIGTERM', stop(143));

try {
  const { whole, shop, collector } = await run();
  if (!whole) failure('The thread is not whole.');
  else say(colours.green('The thread is whole.'));
  process.exitCode = whole ? 0 : 1;
  if (values.once) await closeAll();
  else {
    const config = join(collector.folder, 'nitka.json');
    say(`\nEverything stays up. Look around in the shop:  ${colours.bold(shop)}`);
    say(`and ask the warehouse, from the same folder:\n`);
    code(
      `node ${relative(process.cwd(), command)} query --config ${config} \\\n  "SELECT occurred_at, source, coalesce(event, type), anonymous_id, phone FROM raw_events ORDER BY occurred_at DESC LIMIT 10"`,
    );
    say('\nCtrl-C ends it and removes its data.');
  }
} catch (error) {
  // What breaks because it is being closed is no failure.
  if (isStopped) await new Promise(() => {});
  failure(error instanceof StageError ? error.message : String((error as Error).stack ?? error));
  await closeAll();
  process.exit(1);
}
