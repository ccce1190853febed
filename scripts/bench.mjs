/** Runs a benchmark: `pnpm bench <name> [options]` is `tsx bench/<name>/run.ts [options]`. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bench = join(root, 'bench');
const names = existsSync(bench)
  ? readdirSync(bench).filter((name) => existsSync(join(bench, name, 'run.ts')))
  : [];
const [name = '', ...options] = process.argv.slice(2);

if (names.includes(name)) {
  const tsx = join(root, 'node_modules/.bin/tsx');
  const { status } = spawnSync(tsx, [join(bench, name, 'run.ts'), ...options], {
    cwd: root,
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} else {
  console.error(`pnpm bench <name>, one of: ${names.join(', ')}`);
  process.exitCode = 1;
}
