// @vitest-environment node
import { afterEach, describe, expect, test } from 'vitest';
import type { ErrorsOptions } from '../../src/plugins/errors.ts';
import { errors } from '../../src/plugins/errors.ts';
import { withoutPersonal } from '../../src/plugins/errors/scrub.ts';
import type { Page } from './harness.ts';
import { openPage } from './harness.ts';

let page: Page;
afterEach(() => page?.close());

const open = (options?: ErrorsOptions) => {
  page = openPage('', [errors(options)]);
};
const raise = (fields: Partial<ErrorEventInit>) =>
  page.window.dispatchEvent(
    new page.window.ErrorEvent('error', {
      filename: 'https://shop.example/app.js?v=1',
      lineno: 3,
      colno: 7,
      ...fields,
    }),
  );
const reject = (reason: unknown) =>
  page.window.dispatchEvent(Object.assign(new page.window.Event('unhandledrejection'), { reason }));
const told = () =>
  page.events('Error Occurred').map(({ properties }) => properties as Record<string, unknown>);

test('an error with its place', () => {
  open();
  const error = new TypeError('x is not a function');
  error.stack = 'TypeError: x is not a function\n    at go (https://shop.example/app.js?v=1:3:7)';
  raise({ error, message: 'Uncaught TypeError: x is not a function' });
  expect(told()).toEqual([
    {
      kind: 'error',
      name: 'TypeError',
      message: 'x is not a function',
      source: 'https://shop.example/app.js',
      line: 3,
      column: 7,
      stack: 'TypeError: x is not a function\n    at go (https://shop.example/app.js:3:7)',
    },
  ]);
});

test.each([
  [new Error('boom'), 'boom'],
  ['just a text', 'just a text'],
  [undefined, 'undefined'],
  [{ message: 'like an error' }, 'like an error'],
  [404, '404'],
])('a rejection with %s', (reason, message) => {
  open();
  reject(reason);
  expect(told()).toMatchObject([{ kind: 'rejection', message }]);
});

test('the same error once, and no more than the limit', () => {
  open({ limit: 3 });
  for (let round = 0; round < 2; round++) {
    for (let at = 0; at < 9; at++) raise({ message: `Uncaught number ${at}` });
  }
  expect(told().map(({ message }) => message)).toEqual([
    'Uncaught number 0',
    'Uncaught number 1',
    'Uncaught number 2',
  ]);
});

test("what another site's script threw is marked", () => {
  open();
  raise({ message: 'Script error.', filename: '', lineno: 0, colno: 0 });
  expect(told()).toEqual([
    { kind: 'error', crossOrigin: true, message: 'Script error.', name: undefined, stack: undefined },
  ]);
});

test('extensions, ResizeObserver, what the site ignores and resources are left out', () => {
  open({ ignore: /chunk/i });
  raise({ message: 'ResizeObserver loop completed with undelivered notifications.' });
  raise({ message: 'Uncaught x', filename: 'chrome-extension://abc/content.js' });
  reject(new Error('Loading chunk 5 failed'));
  page.window.dispatchEvent(new page.window.Event('error'));
  expect(told()).toEqual([]);
});

test('hostile values throw nothing into the page', () => {
  open();
  const hostile = {
    get message(): string {
      throw new Error('gotcha');
    },
  };
  reject(hostile);
  reject(Object.create(null));
  expect(page.errors).toEqual([]);
});

test('long texts are cut', () => {
  open();
  const error = new Error('a b '.repeat(1000));
  error.stack = 's '.repeat(9000);
  raise({ error, message: 'x' });
  const [{ message, stack }] = told() as [{ message: string; stack: string }];
  expect([message.length, stack.length]).toEqual([500, 2000]);
});

describe('texts without what is personal', () => {
  test.each([
    ['GET https://api.example/u?phone=1&x=2 failed', 'GET https://api.example/u failed'],
    ['at https://shop.example:8080/app.js?v=1#x:12:345678', 'at https://shop.example:8080/app.js:12:345678'],
    ['no user ann.smith+x@mail.example.ru here', 'no user <email> here'],
    ['bad phone +7 (999) 555-11-11!', 'bad phone <number>!'],
    ['card 4000 0000 0000 0002', 'card <number>'],
    ['at https://shop.example/a.js:1:1234567', 'at https://shop.example/a.js:1:1234567'],
    ['Unexpected token < in JSON at position 0', 'Unexpected token < in JSON at position 0'],
  ])('%s', (text, clean) => {
    expect(withoutPersonal(text)).toBe(clean);
  });
});

test('silent after the undo', () => {
  open();
  page.undo();
  raise({ message: 'x' });
  expect(told()).toEqual([]);
});
