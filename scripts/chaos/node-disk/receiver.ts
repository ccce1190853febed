import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export interface Receiver {
  readonly endpoint: string;
  isRunning(): boolean;
  start(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Reads the durable file: how often each messageId was noted, and how many events were not as they were sent. */
  received(): Promise<{ copies: Map<string, number>; damaged: number }>;
}

const program = fileURLToPath(new URL('./receiver-process.mjs', import.meta.url));

/** A server that can be killed: it syncs each batch to its file before it answers. Always at the same address. */
export const startReceiver = async (file: string): Promise<Receiver> => {
  let child: ChildProcess | undefined;
  let port = 0;

  const start = async (): Promise<void> => {
    const started = spawn(process.execPath, [program, file, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(started.stdout, 'data')) as [Buffer];
    port = Number(line);
    child = started;
  };

  await start();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    isRunning: () => child !== undefined,
    start,
    async kill() {
      if (!child) return;
      const killed = once(child, 'exit');
      child.kill('SIGKILL');
      child = undefined;
      await killed;
    },
    async received() {
      const copies = new Map<string, number>();
      let damaged = 0;
      for (const line of (await readFile(file, 'utf8')).split('\n')) {
        if (line === '') continue;
        const event = JSON.parse(line) as { messageId: string; properties?: { check?: string } };
        copies.set(event.messageId, (copies.get(event.messageId) ?? 0) + 1);
        if (event.properties?.check !== `check ${event.messageId}`) damaged++;
      }
      return { copies, damaged };
    },
  };
};
