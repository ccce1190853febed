import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../support/free-port.ts';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));

/** An empty folder, what the reader installs into it, and a collector once the reader has started one. */
export interface Newcomer {
  readonly folder: string;
  readonly port: number;
  /** Puts a built package there, as npm would once it is published. */
  install(name: string): Promise<void>;
  /** Runs a command of the README; one that starts the collector comes back when that is ready. */
  run(command: string): Promise<string>;
  /** Runs a module with Node. */
  runModule(name: string): Promise<string>;
  close(): Promise<void>;
}

const sources: Record<string, string> = {
  '@nitka/browser': 'sdk-browser',
  '@nitka/node': 'sdk-node',
  '@nitka/collector': 'collector',
};

export const createNewcomer = async (): Promise<Newcomer> => {
  const folder = await mkdtemp(join(tmpdir(), 'nitka-readme-'));
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@nitka'), { recursive: true });
  await mkdir(join(modules, '.bin'));
  const port = await freePort();
  const env = {
    ...process.env,
    PATH: `${join(modules, '.bin')}:${process.env['PATH']}`,
    NITKA_LISTEN_PORT: String(port),
    NITKA_LOG_LEVEL: 'warn',
  };
  const running: ChildProcess[] = [];

  const startCollector = async (command: string): Promise<string> => {
    const child = spawn('bash', ['-c', `exec ${command}`], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(child);
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (printed += text.toString()));
    for (let tries = 0; tries < 1200; tries++) {
      if (child.exitCode !== null) break;
      if ((await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok) return printed;
      await sleep(50);
    }
    throw new Error(`the collector did not come up:\n${printed}`);
  };

  const execute = async (file: string, args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(file, args, { cwd: folder, env });
    return stdout;
  };

  return {
    folder,
    port,
    async install(name) {
      const source = sources[name];
      // A package of somebody else is the one that ours was tested with.
      const from = source ? join(packages, source) : join(packages, 'sdk-node/node_modules', name);
      if (existsSync(join(modules, name))) return;
      await symlink(await realpath(from), join(modules, name));
      if (name !== '@nitka/collector') return;
      const command = join(from, 'dist/main.js');
      await chmod(command, 0o755);
      await symlink(command, join(modules, '.bin/nitka-collector'));
    },
    run(command) {
      // What npx finds in the folder is on the PATH already.
      const local = command.replace(/^npx (?=nitka-)/, '');
      return /^nitka-collector start\b/.test(local) ? startCollector(local) : execute('bash', ['-c', local]);
    },
    runModule: (name) => execute(process.execPath, [name]),
    async close() {
      for (const child of running) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        if (child.exitCode !== null || !child.kill('SIGKILL')) continue;
        await ended;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
};
