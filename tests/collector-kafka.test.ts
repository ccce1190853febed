import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { command, writeKeys } from './support/collector.ts';
import { freePort } from './support/free-port.ts';

/** What the built collector says first, or the code it ends with. */
const firstWord = (file: string): Promise<string> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [command, 'start', '--config', file]);
    child.stderr.once('data', (text: Buffer) => {
      resolve(text.toString());
      child.kill('SIGKILL');
    });
    child.once('exit', (code) => resolve(`ended with ${code}`));
  });

it('the built collector waits for brokers that are not there yet', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nitka-kafka-'));
  const file = join(folder, 'nitka.json');
  const brokers = [`127.0.0.1:${await freePort()}`];
  const kafka = { brokers, topic: 'spool', cursorsTopic: 'cursors', group: 'loaders' };
  const sources = [{ name: 'site', kind: 'browser', writeKey: writeKeys.browser, origins: [] }];
  await writeFile(file, JSON.stringify({ dataDir: './data', role: 'http', sources, spool: { kafka } }));
  try {
    expect(await firstWord(file)).toMatch(/^waiting for Kafka: /);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
