import { domainToASCII } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FormFixture } from '../../test/plugins/forms-fixtures.ts';
import { linking, silent } from '../../test/plugins/forms-fixtures.ts';
import type { Bench } from './live-page.ts';
import { startBench } from './live-page.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

// Side by side: a page of a form mostly waits.
const act = async ({ html, steps }: FormFixture) => {
  const live = await bench.open(html, { forms: 'forms()' });
  for (const [kind, target, value] of steps) {
    const element = live.page.locator(target.replace('>>>', ' ')).first();
    if (kind === 'fill') await element.fill(value);
    else if (kind === 'click') await element.click();
    else if (kind === 'enter') await element.press('Enter');
    else await live.page.evaluate(target);
  }
  const received = await live.received();
  await live.context.close();
  return { received, faults: live.faults };
};

const ascii = (email: string) => email.replace(/@(.*)/, (_, domain: string) => `@${domainToASCII(domain)}`);

describe('forms in Chromium that tell who the visitor is', () => {
  test.concurrent.each(linking)('$name', async (fixture) => {
    const { received, faults } = await act(fixture);
    expect(received.map(({ type, traits }) => [type, traits])).toEqual(
      fixture.links.map(({ email, ...rest }) => [
        'identify',
        { ...rest, ...(email ? { email: ascii(email) } : {}) },
      ]),
    );
    expect(faults).toEqual([]);
  });
});

describe('forms in Chromium that tell nothing', () => {
  test.concurrent.each(silent)('$name', async (fixture) => {
    const { received, faults } = await act(fixture);
    expect(received).toEqual([]);
    expect(faults).toEqual([]);
  });
});
