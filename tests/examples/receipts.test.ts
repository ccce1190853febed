import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { dataFile } from '../../examples/receipts/data-file.ts';
import { runProgram } from './run.ts';

const file = dataFile();

// 7 MB are too much for a repository: examples/receipts/README.md says where they come from.
it.skipIf(!existsSync(file))(
  `a year of receipts is in the warehouse to the last digit (needs ${file})`,
  async () => {
    const { code, output } = await runProgram('examples/receipts/main.ts');
    expect(code, output).toBe(0);
    const [first, second] = output.split('After the second replay:');
    for (const books of [first, second]) {
      expect(books).toMatch(/invoices +25900 {2}same/);
      expect(books).toMatch(/refunds +3836 {2}same/);
      expect(books).toMatch(/lines +541909 {2}same/);
      expect(books).toMatch(/cancellation lines +9288 {2}same/);
      expect(books).toMatch(/lines without customer +135080 {2}same/);
      expect(books).toMatch(/customers +4372 {2}same/);
      expect(books).toMatch(/money +9747747\.934 {2}same/);
      expect(books).toMatch(/fingerprint +4993895024713884818827355 {2}same/);
    }
  },
  240_000,
);

it('a missing file is said in words', async () => {
  const { code, output } = await runProgram('examples/receipts/main.ts', ['no-such-file.csv.gz']);
  expect(code).toBe(1);
  expect(output).toContain('examples/receipts/README.md says where the data set comes from');
});
