import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./writer-process.mjs', import.meta.url));

export interface Writer {
  /** Resolves with the first promise that was kept, or when the process ended without one. */
  readonly started: Promise<void>;
  kill(): Promise<void>;
}

export interface WriterOptions {
  readonly folder: string;
  readonly endpoint: string;
  readonly writeKey: string;
  readonly prefix: string;
  /** Told each messageId whose `stored()` has resolved. */
  readonly keep: (messageId: string) => void;
}

export const startWriter = ({ folder, endpoint, writeKey, prefix, keep }: WriterOptions): Writer => {
  const child = spawn(process.execPath, [program, 'write', folder, endpoint, writeKey, prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const exited = once(child, 'exit');
  const read = once(lines, 'close');
  const started = Promise.race([once(lines, 'line'), read]).then(() => {});
  lines.on('line', (line) => {
    // A line that the kill cut off has no full stop.
    if (line.endsWith('.')) for (const id of line.slice(0, -1).split(' ')) keep(id);
  });
  return {
    started,
    async kill() {
      child.kill('SIGKILL');
      await Promise.all([exited, read]);
    },
  };
};

/** Sends all that waits in the folder. @returns events that are still there */
export const drain = async (folder: string, endpoint: string, writeKey: string): Promise<number> => {
  const child = spawn(process.execPath, [program, 'drain', folder, endpoint, writeKey], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  await once(child, 'close');
  return output === '' ? -1 : Number(output);
};
