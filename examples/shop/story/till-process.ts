import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What a till printed. */
export interface TillLine {
  readonly did: 'stored' | 'offline' | 'delivered';
  readonly messageId?: string;
  /** When it was sold or taken back: ISO 8601. */
  readonly at?: string;
}

export interface TillProcess {
  /** Resolves with the first line that says so; rejects if the till ends before. */
  did(what: TillLine['did']): Promise<TillLine>;
  /** Resolves when the till has ended well; rejects otherwise. */
  readonly ended: Promise<readonly TillLine[]>;
  kill(): void;
}

const program = fileURLToPath(new URL('../till.ts', import.meta.url));

/** Runs `till.ts` in a process of its own, with an empty disk queue. */
export const startTill = (writeKey: string, options: Record<string, string | true>): TillProcess => {
  const queue = mkdtempSync(join(tmpdir(), 'nitka-till-'));
  const all: Record<string, string | true> = { ...options, queue };
  const args = Object.entries(all).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, value],
  );
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
    env: { ...process.env, NITKA_SERVER_KEY: writeKey },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: TillLine[] = [];
  const waiting = new Set<() => void>();
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => (complaints += text.toString()));
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line) as TillLine);
    for (const look of waiting) look();
  });
  const ended = new Promise<readonly TillLine[]>((resolve, reject) => {
    child.once('close', (code) => {
      rmSync(queue, { recursive: true, force: true });
      if (code === 0) resolve(lines);
      else reject(new Error(`the till ended with ${code}:\n${complaints}`));
    });
  });
  // Whoever asks gets the reason; nobody asking must not end the process.
  ended.catch(() => {});

  return {
    ended,
    kill: () => void child.kill(),
    did: (what) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const line = lines.find(({ did }) => did === what);
          if (!line) return;
          waiting.delete(look);
          resolve(line);
        };
        waiting.add(look);
        look();
        ended.then(look, reject);
      }),
  };
};
