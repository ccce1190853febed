import { mkdir, writeFile } from 'node:fs/promises';
import { readOptions } from './options.ts';
import { installPeers, prepareScripts } from './prepare.ts';

const options = readOptions(process.argv.slice(2));
installPeers();
prepareScripts();

// Only now: these import what has just been installed.
const { runBench } = await import('./bench.ts');
const { terminalReport, writeReport } = await import('./report.ts');

const results = await runBench(options);
process.stdout.write(`\n${terminalReport(results)}\n`);
if (options.write) {
  const folder = new URL('./results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL('latest.json', folder), `${JSON.stringify(results, null, 2)}\n`);
  for (const file of await writeReport(results)) process.stderr.write(`written: ${file}\n`);
}
// A browser that hangs on its way out keeps nobody waiting.
process.exit(0);
