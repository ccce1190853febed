import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../scripts/chaos.ts', import.meta.url));

const run = (...args: string[]): Promise<{ code: number; text: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', program, ...args], (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, text: out + err }),
    );
  });

it('pnpm chaos says how it is used, and ends with 2 for what it does not know', async () => {
  const [help, ...wrong] = await Promise.all([
    run('--help'),
    run('--nope'),
    run('--rounds', '1.5'),
    run('--destination', 'oracle'),
    run('--only', 'nope'),
  ]);
  expect(help).toMatchObject({ code: 0, text: expect.stringMatching(/^pnpm chaos \[options\]/) as string });
  for (const { code, text } of wrong) {
    expect(code).toBe(2);
    expect(text).toContain(help.text.trim());
    expect(text).not.toContain('    at ');
  }
});
