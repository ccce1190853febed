import { existsSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import colours from 'picocolors';
import { startCollector, writeKeys } from '../../tests/support/collector.ts';
import { booksOfFile, booksSql, type Books } from './books.ts';
import { dataFile } from './data-file.ts';
import { readInvoices, type Invoice } from './invoices.ts';
import { eventBytes, replay } from './replay.ts';

const path = dataFile(process.argv[2]);
if (!existsSync(path)) {
  console.error(`There is no ${path}. examples/receipts/README.md says where the data set comes from.`);
  process.exit(1);
}

const say = (text: string): void => console.log(text);
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

const started = performance.now();
const invoices = await readInvoices(path);
const expected = booksOfFile(invoices);
say(`Read ${expected.invoices} invoices with ${expected.lines} lines in ${seconds(started)}.`);

const collector = await startCollector({
  // The proof looks into half a million lines in one statement: more than the 128 MB that DuckDB has by default.
  config: { limits: { eventBytes }, destinations: [{ type: 'duckdb', memoryLimit: '512MB' }] },
});

const send = async (title: string, all: readonly Invoice[]): Promise<void> => {
  const since = performance.now();
  const bar = new SingleBar({
    format: `${title} {bar} {value} of {total} invoices`,
    barsize: 30,
    noTTYOutput: true,
    notTTYSchedule: 2000,
    linewrap: null,
  });
  bar.start(all.length, 0);
  await replay(all, {
    endpoint: collector.url,
    writeKey: writeKeys.server,
    onProgress: (arrived) => bar.update(arrived),
  });
  bar.stop();
  say(colours.dim(`  safe on the collector's disk after ${seconds(since)}`));
};

const compare = (found: Books): boolean => {
  const names = Object.keys(expected) as (keyof Books)[];
  for (const name of names) {
    const same = found[name] === expected[name];
    const verdict = same ? colours.green('same') : colours.red(`in the warehouse: ${found[name]}`);
    say(`  ${name.replaceAll('_', ' ').padEnd(24)} ${expected[name].padStart(26)}  ${verdict}`);
  }
  return names.every((name) => found[name] === expected[name]);
};

const books = async (): Promise<Books> => {
  const whole = ([row]: { n: string | number }[]): boolean => Number(row?.n) >= invoices.length;
  await collector.eventually(`SELECT count(*) AS n FROM raw_events`, whole, 60_000);
  return (await collector.query<Books>(booksSql('till')))[0]!;
};

try {
  await send('First replay ', invoices);
  say('\nThe file, and what raw_events says:');
  const first = compare(await books());
  say('');
  await send('Second replay', invoices);
  say('\nAfter the second replay:');
  const second = compare(await books());
  say(first && second ? '\nNothing is missing, nothing is there twice.' : colours.red('\nThe books differ.'));
  process.exitCode = first && second ? 0 : 1;
} finally {
  await collector.close();
}
