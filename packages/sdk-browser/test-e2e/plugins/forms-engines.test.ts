import { domainToASCII } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestBrowser, TestPage } from '../../../../tests/support/browsers.ts';
import { missingBrowser, openBrowser } from '../../../../tests/support/browsers.ts';
import type { FormFixture, Step } from '../../test/plugins/forms-fixtures.ts';
import { linking, silent } from '../../test/plugins/forms-fixtures.ts';
import type { Stage } from './stage.ts';
import { drained, openStage } from './stage.ts';

/** Does a step in the page. Sent as text: it sees nothing of this file. */
const act = ([kind, target, value]: Step): void => {
  if (kind === 'run') {
    const script = document.createElement('script');
    script.text = target;
    document.body.append(script);
    return;
  }
  const [first = '', ...inner] = target.split('>>>').map((part) => part.trim());
  let element = document.querySelector<HTMLElement>(first);
  for (const part of inner) element = element?.shadowRoot?.querySelector<HTMLElement>(part) ?? null;
  if (!element) throw new Error(`there is no element ${target}`);
  element.focus();
  if (kind === 'click') element.click();
  else if (kind === 'enter') {
    element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, composed: true }));
    (element as HTMLInputElement).form?.requestSubmit();
  } else {
    const field = element as HTMLInputElement;
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));
  }
};

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const onlyLeaving = (error: Error) => {
  if (error.message.includes('there is no element')) throw error;
};
const ascii = (email: string) => email.replace(/@(.*)/, (_, domain: string) => `@${domainToASCII(domain)}`);

describe.each(['firefox', 'webkit'] as const)('forms in %s', (name) => {
  const missing = missingBrowser(name);
  describe.skipIf(missing)(missing ?? 'give the same as in Chromium', () => {
    let stage: Stage;
    let browser: TestBrowser;
    let page: TestPage;
    beforeAll(async () => {
      stage = await openStage();
      browser = await openBrowser(name);
      page = await browser.open();
    });
    afterAll(async () => {
      await browser?.close();
      await stage?.site.close();
    });

    const told = async ({ html, steps }: FormFixture) => {
      const scene = stage.add(html, { forms: 'forms()' });
      await page.goto(scene.url);
      for (let wait = 0; wait < 1500 && !(await page.evaluate('!!window.tracker')); wait++) {
        await pause(20);
      }
      for (const step of steps) {
        // A step that leaves the page may get no answer.
        await Promise.race([page.evaluate(act, step).catch(onlyLeaving), pause(3000)]);
        await pause(50);
      }
      const received = await drained(scene, (code) => page.evaluate(code));
      return received.map(({ type, traits }) => [type, traits]);
    };

    test.each(linking)('$name', async (fixture) => {
      expect(await told(fixture)).toEqual(
        fixture.links.map(({ email, ...rest }) => [
          'identify',
          { ...rest, ...(email ? { email: ascii(email) } : {}) },
        ]),
      );
    });

    test.each(silent)('nothing: $name', async (fixture) => {
      expect(await told(fixture)).toEqual([]);
    });
  });
});
