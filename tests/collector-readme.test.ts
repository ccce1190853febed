import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { blocksOf, commandsOf } from './readme/blocks.ts';
import { createNewcomer, type Newcomer } from './readme/newcomer.ts';

const text = readFileSync(new URL('../packages/collector/README.md', import.meta.url), 'utf8');
const commands = blocksOf(text)
  .filter(({ language }) => language === 'sh')
  .flatMap(commandsOf);

let newcomer: Newcomer;
beforeAll(async () => {
  newcomer = await createNewcomer();
});
afterAll(() => newcomer.close());

/** Does what the `curl` of the README would: not every machine has one. */
const request = async (command: string): Promise<unknown> => {
  const [, body] = /-d '([^']*)'/.exec(command)!;
  const headers = Object.fromEntries(
    [...command.matchAll(/-H '(\S+): ([^']*)'/g)].map(([, name, value]) => [name, value]),
  );
  const answer = await fetch(/http:\S+/.exec(command)![0], { method: 'POST', headers, body: body! });
  return answer.json();
};

it('every command of the collector’s README does what it says, in its order', async () => {
  let key = '';
  for (const line of commands) {
    const command = line.replace(':8080', `:${newcomer.port}`).replace('YOUR_SECRET_KEY', key);
    const packages = /^npm install (.*)$/.exec(command)?.[1]?.split(' ');
    if (packages) {
      for (const name of packages) await newcomer.install(name);
    } else if (command.startsWith('curl')) {
      expect(await request(command)).toMatchObject({ success: true });
    } else if (command.includes(' query ')) {
      // From the answer to the row it takes a moment.
      await expect
        .poll(() => newcomer.run(command), { timeout: 60_000 })
        .toMatch(/Order Completed.*user-42.*4990\.00/);
    } else {
      const printed = await newcomer.run(command);
      key = /ns_[\w-]+/.exec(printed)?.[0] ?? key;
      if (command.endsWith('ledger')) expect(printed).toMatch(/backend.*\b1\b/);
    }
  }
});

it('names every command, as the program does', async () => {
  await newcomer.install('@nitka/collector');
  const help = await newcomer.run('nitka-collector --help');
  const listed = /Commands:\n([\s\S]*?)\n\n/.exec(help)![1]!;
  const known = [...listed.matchAll(/^ {2}(\S+(?: [<[]\S+)*)/gm)].map(([, name]) => name!.trim());
  const named = [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name);
  expect(named.sort()).toEqual(known.sort());
});
