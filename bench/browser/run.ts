import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { readOptions } from './options.ts';
import { installPeers, prepareScripts } from './prepare.ts';
import type { Results } from './results.ts';

const options = readOptions(process.argv.slice(2));
const folder = new URL('./results/', import.meta.url);
const newest = new URL('latest.json', folder);
installPeers();
// Only now: these import what has just been installed.
const { terminalReport, writeReport } = await import('./report.ts');

const measure = async (): Promise<Results> => {
  prepareScripts();
  const { runBench } = await import('./bench.ts');
  return runBench(options);
};

const results = options.reportOnly
  ? (JSON.parse(await readFile(newest, 'utf8')) as Results)
  : await measure();
process.stdout.write(`\n${terminalReport(results)}\n`);
if (options.write) {
  await mkdir(folder, { recursive: true });
  if (!options.reportOnly) await writeFile(newest, `${JSON.stringify(results, null, 2)}\n`);
  for (const file of await writeReport(results)) process.stderr.write(`written: ${file}\n`);
}
// A browser that hangs on its way out keeps nobody waiting.
process.exit(0);
