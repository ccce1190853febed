// @vitest-environment node
import { afterEach, describe, expect, test, vi } from 'vitest';
import { formsLater } from '../../../src/plugins/forms/late.ts';
import { linkForms } from '../../../src/plugins/forms/link.ts';
import { linking, silent, type FormFixture } from '../forms-fixtures.ts';
import {
  click,
  fill,
  find,
  openPage,
  pause,
  press,
  settled,
  type Page,
  type PageOptions,
} from '../harness.ts';

let page: Page;
afterEach(() => page.close());

const phone = '<form><input type="tel" name="phone"><button type="button">Send</button></form>';

/** A page whose script waits for its file, which `arrive` brings, or `fail` refuses. */
const open = (html: string, options: PageOptions = {}) => {
  let arrive = async (): Promise<void> => {};
  let fail = async (): Promise<void> => {};
  const load = vi.fn(
    () =>
      new Promise((resolve, reject) => {
        arrive = async () => {
          resolve({ linkForms });
          await pause();
        };
        fail = async () => {
          reject(new TypeError('Failed to fetch'));
          await pause();
        };
      }),
  );
  page = openPage(html, [formsLater('/nitka.forms.js', load)], options);
  return { load, arrive: () => arrive(), fail: () => fail() };
};

const submit = (): void => (find(page, 'form') as HTMLFormElement).submit();

const act = async (fixture: FormFixture): Promise<void> => {
  const { arrive } = open(fixture.html);
  for (const [kind, target, value] of fixture.steps) {
    if (kind === 'fill') fill(page, target, value);
    else if (kind === 'click') click(page, target);
    else if (kind === 'run') page.window.eval(target);
    else {
      press(page, target, 'Enter');
      (find(page, target) as HTMLInputElement).form?.requestSubmit();
    }
    await pause();
  }
  await settled(80);
  expect(page.told).toEqual([]);
  await arrive();
};

describe('what happened before the file has arrived is told when it has', () => {
  test.each(linking)('$name', async (fixture) => {
    await act(fixture);
    expect(page.links()).toEqual(fixture.links);
    expect(page.errors).toEqual([]);
    expect(page.told.filter(({ type }) => type === 'report')).toEqual([]);
  });
});

describe('and still tells nothing of', () => {
  test.each(silent)('$name', async (fixture) => {
    await act(fixture);
    expect(page.told).toEqual([]);
    expect(page.errors).toEqual([]);
  });
});

test('the fields are read as they were, whatever the page has done to the form since', async () => {
  const { arrive } = open(phone);
  fill(page, 'input', '+79995551111');
  const form = find(page, 'form') as HTMLFormElement;
  submit();
  fill(page, 'input', '');
  (find(page, 'input') as HTMLInputElement).disabled = true;
  form.remove();
  await arrive();
  expect(page.links()).toEqual([{ phone: '+79995551111' }]);
});

test('nothing is loaded until the visitor is in a field, whatever else is clicked', () => {
  const { load } = open(`<button id="menu">Menu</button><p>Text</p>${phone}`);
  click(page, '#menu');
  click(page, 'p');
  expect(load).not.toHaveBeenCalled();
  find(page, 'input').dispatchEvent(new page.window.FocusEvent('focusin', { bubbles: true }));
  press(page, 'input', '+');
  expect(load).toHaveBeenCalledTimes(1);
});

test('from then on a form is read at once', async () => {
  const { arrive } = open(phone);
  click(page, 'input');
  await arrive();
  fill(page, 'input', '+79995551111');
  submit();
  expect(page.links()).toEqual([{ phone: '+79995551111' }]);
});

test('no request is looked at where nobody has sent anything, nor long after', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { arrive } = open(phone);
  const fetch = page.window.fetch;
  fill(page, 'input', '+79995551111');
  expect(page.window.fetch).toBe(fetch);
  click(page, 'button');
  vi.setSystemTime(Date.now() + 16_000);
  void page.window.fetch('/send', { method: 'POST', body: 'phone=79995551111' });
  vi.useRealTimers();
  await arrive();
  expect(page.told).toEqual([]);
});

test('nothing is loaded before consent; what was sent until then waits', async () => {
  const { load, arrive } = open(phone, { pending: true });
  fill(page, 'input', '+79995551111');
  submit();
  expect(load).not.toHaveBeenCalled();
  page.allow();
  expect(load).toHaveBeenCalledTimes(1);
  await arrive();
  expect(page.links()).toEqual([{ phone: '+79995551111' }]);
});

describe('a page that is left before the file has arrived', () => {
  const left = (html: string, values: Record<string, string>) => {
    open(html);
    for (const [name, value] of Object.entries(values)) fill(page, `[name="${name}"]`, value);
    submit();
    page.leave();
    page.leave();
    return page.links();
  };

  test.each<[string, string, Record<string, string>, object[]]>([
    [
      'types',
      '<input type="tel" name="a"><input type="email" name="b">',
      { a: '8 (999) 555-11-11', b: 'ann@mail.example.ru' },
      [{ phone: '+79995551111', email: 'ann@mail.example.ru' }],
    ],
    [
      'autocomplete',
      '<input autocomplete="shipping tel" name="a">',
      { a: '89995551111' },
      [{ phone: '+79995551111' }],
    ],
    ['not by names alone', '<input name="phone">', { phone: '89995551111' }, []],
    [
      'not one of two',
      '<input type="email" name="a"><input type="email" name="b">',
      { a: 'ann@mail.example.ru', b: 'bob@mail.example.ru' },
      [],
    ],
    [
      'not a friend',
      '<h2>Invite a friend</h2><input type="email" name="a">',
      { a: 'bob@mail.example.ru' },
      [],
    ],
    ['not what is no phone beyond doubt', '<input type="tel" name="inn">', { inn: '7707083893' }, []],
    ['not what is to be ignored', '<input type="tel" name="a" data-nitka-ignore>', { a: '89995551111' }, []],
  ])('gives what the fields tell by themselves: %s', (_, fields, values, links) => {
    expect(left(`<form>${fields}</form>`, values)).toEqual(links);
  });
});

test('a file that does not come is reported, and forms are read by their types', async () => {
  const { fail } = open(phone);
  fill(page, 'input', '+79995551111');
  submit();
  await fail();
  fill(page, 'input', '+79161234560');
  submit();
  expect(page.links()).toEqual([{ phone: '+79995551111' }, { phone: '+79161234560' }]);
  expect(page.told.filter(({ type }) => type === 'report')).toEqual([
    { type: 'report', code: 'plugin_failed', detail: '/nitka.forms.js' },
  ]);
});

test('what waits is bounded: the latest is kept', async () => {
  const { arrive } = open(phone, { pending: true });
  for (let i = 0; i < 60; i++) {
    fill(page, 'input', `+7999555${1100 + i}`);
    submit();
  }
  page.allow();
  await arrive();
  expect(page.links()).toHaveLength(50);
  expect(page.links().at(-1)).toEqual({ phone: '+79995551159' });
});
