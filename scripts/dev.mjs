/**
 * Everything in watch mode: the three builds, a collector and the example shop. A change to a source rebuilds its
 * package and restarts what uses it. Data stays in `.nitka/dev` from one run to the next.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules/.bin', name);
const shopPort = Number(process.env.NITKA_DEV_SHOP_PORT ?? 4170);
const collectorPort = Number(process.env.NITKA_DEV_COLLECTOR_PORT ?? 4171);
const keys = { browser: 'dev-browser-key', server: 'dev-server-key' };

function writeConfig() {
  const folder = join(root, '.nitka/dev');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'nitka.json');
  const config = {
    dataDir: './data',
    listen: { host: '127.0.0.1', port: collectorPort },
    trustProxy: ['127.0.0.1'],
    sources: [
      {
        name: 'shop',
        kind: 'browser',
        writeKey: keys.browser,
        origins: [`http://localhost:${shopPort}`, `http://127.0.0.1:${shopPort}`],
      },
      {
        name: 'backend',
        kind: 'server',
        writeKeySha256: createHash('sha256').update(keys.server).digest('hex'),
      },
    ],
    script: { file: join(root, 'packages/sdk-browser/dist/nitka.js'), maxAgeSeconds: 0 },
  };
  writeFileSync(file, JSON.stringify(config, null, 2));
  return file;
}

const children = new Set();

/** Runs a command with its name before each line it prints. Resolves with its exit code. */
function run(name, command, args, { cwd = root, env = {} } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const line of lines) if (line.trim()) console.log(`${name.padEnd(10)} ${line}`);
    });
  }
  return new Promise((resolve) => {
    child.on('close', (code) => {
      children.delete(child);
      resolve(code);
    });
  });
}

function stop() {
  for (const child of children) child.kill('SIGTERM');
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);

const config = writeConfig();
if ((await run('build', process.execPath, ['scripts/build.mjs'])) === 0) {
  for (const name of ['sdk-browser', 'sdk-node', 'collector']) {
    const cwd = join(root, 'packages', name);
    void run(name, bin('rollup'), ['-c', '--watch', '--no-watch.clearScreen', '--silent'], { cwd });
  }
  void run('collector', process.execPath, [
    '--watch',
    '--watch-preserve-output',
    'packages/collector/dist/main.js',
    'start',
    '--config',
    config,
  ]);
  void run('shop', bin('tsx'), ['watch', '--clear-screen=false', 'examples/shop/start.ts'], {
    env: {
      PORT: String(shopPort),
      NITKA_COLLECTOR: `http://127.0.0.1:${collectorPort}`,
      NITKA_BROWSER_KEY: keys.browser,
      NITKA_SERVER_KEY: keys.server,
    },
  });
  console.log(`\nshop http://localhost:${shopPort}   collector http://127.0.0.1:${collectorPort}`);
  console.log(`node packages/collector/dist/main.js query --config ${config} "SELECT * FROM raw_events"\n`);
} else {
  process.exitCode = 1;
}
