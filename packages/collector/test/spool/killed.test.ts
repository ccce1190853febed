import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openSpool } from '../../src/spool/spool.ts';
import { verifySpool } from '../../src/spool/verify.ts';
import { chunk, event } from '../support/chunks.ts';
import { temporaryFolder } from '../support/collector.ts';
import { seededRandom } from '../support/random.ts';

const program = fileURLToPath(new URL('killed-process.ts', import.meta.url));

/** Ids that a process printed until it was killed, after so many of them. */
const runAndKill = (folder: string, count: number): Promise<string[]> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', program, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (part: Buffer) => {
      text += part.toString();
      if (text.length > count * 37) child.kill('SIGKILL');
    });
    child.once('error', reject);
    child.once('close', () => resolve(text.split('\n').filter((line) => line.length === 36)));
  });

it(
  'has every id that was answered for after kill -9, each once, round after round',
  { timeout: 120_000 },
  async () => {
    const folder = temporaryFolder();
    const random = seededRandom(5);
    const answered: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const ids = await runAndKill(folder, 50 + Math.floor(random() * 900));
      expect(ids.length).toBeGreaterThan(40);
      answered.push(...ids);
      const spool = openSpool({ folder });
      const found = spool
        .read(1, spool.head())
        .flatMap(({ chunk: { entries } }) =>
          entries.map((entry) => ('columns' in entry ? entry.columns.messageId : '')),
        );
      const kept = new Set(found);
      expect(found).toHaveLength(kept.size);
      expect(answered.filter((id) => !kept.has(id))).toEqual([]);
      // At most one request of each of three lanes was on its way.
      expect(found.length - answered.length).toBeLessThanOrEqual(9 * (round + 1));
      const sample = answered.slice(-30);
      expect(await spool.append(chunk(...sample.map((id) => event(id))))).toEqual({
        duplicates: sample.length,
      });
      expect(spool.books(['d'])).toMatchObject([{ balanced: true }]);
      await spool.close();
    }
    expect(await verifySpool({ folder, destinations: ['d'], whole: true })).toMatchObject({
      entries: expect.any(Number) as number,
    });
  },
);
