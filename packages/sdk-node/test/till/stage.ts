import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createTestCollector } from '../../src/testing/index.ts';
import { runTill } from '../../src/till/run.ts';

type Env = Record<string, string>;

/** A folder with the place of a queue in it, and a collector that listens. */
export const openStage = async () => {
  const collector = createTestCollector();
  const folder = await mkdtemp(join(tmpdir(), 'nitka-till-'));
  const env: Env = {
    NITKA_ENDPOINT: await collector.listen(),
    NITKA_WRITE_KEY: collector.writeKey,
    NITKA_QUEUE: join(folder, 'queue'),
  };
  const close = async (): Promise<void> => {
    await collector.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { collector, folder, env, close };
};

/** Runs the command, and gathers what it writes. */
export const runWith = async (
  env: Env,
  args: readonly string[],
  {
    stdin = Readable.from([]),
    signal = new AbortController().signal,
  }: { stdin?: Readable; signal?: AbortSignal },
) => {
  let stdout = '';
  let stderr = '';
  const code = await runTill(args, {
    stdin,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env,
    signal,
  });
  return { code, stdout, stderr };
};
