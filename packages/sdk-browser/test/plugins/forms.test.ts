// @vitest-environment node
import { afterEach, describe, expect, test, vi } from 'vitest';
import { forms } from '../../src/plugins/forms.ts';
import type { FormFixture } from './forms-fixtures.ts';
import { linking, silent } from './forms-fixtures.ts';
import { click, fill, find, openPage, pause, press, settled } from './harness.ts';
import type { Page } from './harness.ts';

let page: Page;
afterEach(() => page.close());

const act = async (fixture: FormFixture) => {
  page = openPage(fixture.html, [forms()]);
  for (const [kind, target, value] of fixture.steps) {
    if (kind === 'fill') fill(page, target, value);
    else if (kind === 'click') click(page, target);
    else if (kind === 'run') page.window.eval(target);
    else {
      press(page, target, 'Enter');
      // jsdom submits no form on Enter by itself; a browser does.
      (find(page, target) as HTMLInputElement).form?.requestSubmit();
    }
    await pause();
  }
  await settled(80);
};

describe('forms that tell who the visitor is', () => {
  test.each(linking)('$name', async (fixture) => {
    await act(fixture);
    expect(page.links()).toEqual(fixture.links);
    expect(page.errors).toEqual([]);
    expect(page.told.filter(({ type }) => type === 'report')).toEqual([]);
  });
});

describe('forms that tell nothing', () => {
  test.each(silent)('$name', async (fixture) => {
    await act(fixture);
    expect(page.told).toEqual([]);
    expect(page.errors).toEqual([]);
  });
});

describe('options', () => {
  const form =
    '<form id="lead" name="Lead"><input type="tel" name="phone"><input name="city"><button>Send</button></form>';

  test('tells of a sent form by its id and name, never by its values', () => {
    page = openPage(form, [forms({ submitted: true })]);
    fill(page, '[name=phone]', '+79995551111');
    click(page, 'button');
    expect(page.events()).toEqual([
      {
        type: 'track',
        event: 'Form Submitted',
        properties: { formId: 'lead', formName: 'Lead' },
        context: undefined,
      },
    ]);
  });

  test('tells of a form that was begun and left, with names of fields only, once', () => {
    page = openPage(form, [forms({ abandonment: true })]);
    fill(page, '[name=city]', 'Уфа');
    fill(page, '[name=phone]', '+79995551111');
    page.leave();
    page.leave();
    expect(page.told).toEqual([
      {
        type: 'track',
        event: 'Form Abandoned',
        properties: { formId: 'lead', formName: 'Lead', fields: ['city', 'phone'], lastField: 'phone' },
        context: undefined,
      },
    ]);
  });

  test('a sent form is not abandoned, an ignored one is not told of', () => {
    page = openPage(`${form}<form data-nitka-ignore><input name="x"></form>`, [forms({ abandonment: true })]);
    fill(page, '[name=city]', 'Уфа');
    fill(page, '[name=x]', 'y');
    find(page, '#lead').dispatchEvent(new page.window.Event('submit', { bubbles: true, cancelable: true }));
    page.leave();
    expect(page.events()).toEqual([]);
  });
});

test('what a script sent without a form is not abandoned; nothing is told after the undo', () => {
  const html =
    '<div><p><input type="tel" name="phone"></p><button type="button">Send</button></div><form><input name="x"></form>';
  page = openPage(html, [forms({ abandonment: true })]);
  fill(page, '[name=phone]', '+79995551111');
  click(page, 'button');
  void page.window.fetch('/send', { method: 'POST', body: '{"phone":"+79995551111"}' });
  expect(page.links()).toEqual([{ phone: '+79995551111' }]);
  page.leave();
  expect(page.events()).toEqual([]);
  fill(page, '[name=x]', 'y');
  page.undo();
  fill(page, '[name=x]', 'z');
  page.leave();
  expect(page.events()).toEqual([]);
});

describe('bodies of requests', () => {
  const block = '<div><input type="email" name="mail"><button type="button">Send</button></div>';
  const text = '{"mail":"ann@mail.example.ru"}';
  const json = { 'content-type': 'application/json' };
  const send = async (body: (window: Page['window']) => unknown, headers = json) => {
    page = openPage(block, [forms()]);
    fill(page, 'input', 'ann@mail.example.ru');
    click(page, 'button');
    const whole = body(page.window);
    if (whole instanceof Request) await page.window.fetch(whole);
    else await page.window.fetch('/x', { method: 'POST', headers, body: whole as BodyInit });
    await settled(20);
    return page.links();
  };

  test.each<[string, (window: Page['window']) => unknown]>([
    ['text', () => text],
    ['URLSearchParams', () => new URLSearchParams({ mail: 'Ann@mail.example.ru' })],
    [
      'FormData',
      (window) => {
        const data = new window.FormData();
        data.set('mail', 'ann@mail.example.ru');
        return data;
      },
    ],
    ['bytes', () => new TextEncoder().encode(text)],
    ['Blob', () => new Blob([text])],
    ['Request', () => new Request('https://shop.example/x', { method: 'POST', headers: json, body: text })],
  ])('%s is read, and reaches the page whole', async (_, body) => {
    expect(await send(body)).toEqual([{ email: 'ann@mail.example.ru' }]);
  });

  test('a Request keeps its body for the page', async () => {
    const request = new Request('https://shop.example/x', { method: 'POST', headers: json, body: text });
    await send(() => request);
    expect(request.bodyUsed).toBe(false);
    expect(await request.text()).toBe(text);
  });

  test('a stream is not locked', async () => {
    const stream = new ReadableStream();
    expect(await send(() => stream)).toEqual([]);
    expect(stream.locked).toBe(false);
    expect(page.told).toEqual([]);
  });

  test.each<[string, () => unknown]>([
    ['a large Blob', () => new Blob(['x'.repeat(100_000), text])],
    [
      'a Request of an upload',
      () =>
        new Request('https://shop.example/x', {
          method: 'POST',
          headers: { 'content-type': 'video/mp4' },
          body: text,
        }),
    ],
    ['nothing', () => undefined],
    ['a number', () => 5],
  ])('%s is left alone', async (_, body) => {
    expect(await send(body)).toEqual([]);
    expect(page.told).toEqual([]);
  });
});

describe('the page is not harmed', () => {
  const form = '<form><input type="tel" name="phone"><button type="button">Send</button></form>';

  test('every patched method is put back', () => {
    let before: unknown[] = [];
    const methods = (window: Page['window']) => [
      window.fetch,
      window.HTMLFormElement.prototype.submit,
      window.XMLHttpRequest.prototype.open,
      window.XMLHttpRequest.prototype.send,
      window.navigator.sendBeacon,
    ];
    page = openPage(form, [forms()], { before: (window) => void (before = methods(window)) });
    fill(page, 'input', '+79995551111');
    click(page, 'button');
    expect(methods(page.window)).not.toEqual(before);
    page.undo();
    expect(methods(page.window)).toEqual(before);
    expect(Object.hasOwn(page.window.navigator, 'sendBeacon')).toBe(false);
  });

  test('a patch that another script laid over ours keeps working after the undo, and we are silent', () => {
    page = openPage(form, [forms()]);
    const { prototype } = page.window.HTMLFormElement;
    const ours = prototype.submit;
    const calls: unknown[] = [];
    prototype.submit = function () {
      calls.push(this);
      ours.call(this);
    };
    const theirs = prototype.submit;
    page.undo();
    expect(prototype.submit).toBe(theirs);
    fill(page, 'input', '+79995551111');
    const element = find(page, 'form') as HTMLFormElement;
    element.submit();
    expect(calls).toEqual([element]);
    expect(page.told).toEqual([]);
  });

  test('arguments, answer, `this` and exceptions of the page pass through', async () => {
    const answer = { ok: true };
    const seen: unknown[] = [];
    page = openPage(form, [forms()], {
      before(window) {
        window.fetch = function (this: unknown, ...args: unknown[]) {
          seen.push(this, args);
          if (args[0] === 'boom') throw new Error('of the page');
          return Promise.resolve(answer);
        } as typeof fetch;
      },
    });
    fill(page, 'input', '+79995551111');
    click(page, 'button');
    const init = { method: 'POST', body: 'phone=1' };
    expect(await page.window.fetch('/send', init)).toBe(answer);
    expect(seen).toEqual([page.window, ['/send', init]]);
    expect(() => page.window.fetch('boom')).toThrow('of the page');
    const body = {
      get headers(): string {
        throw new Error('hostile body');
      },
    };
    expect(await page.window.fetch('/send', { body } as never)).toBe(answer);
    expect(page.told.map(({ type, code }) => [type, code])).toEqual([['report', 'plugin_failed']]);
  });

  test('frozen prototypes are left alone', () => {
    page = openPage(form, [forms()], {
      before: (window) => void Object.freeze(window.HTMLFormElement.prototype),
    });
    expect(() => (find(page, 'form') as HTMLFormElement).submit()).not.toThrow();
    expect(page.told).toEqual([]);
  });

  test('the value of a private field is never read', () => {
    page = openPage(
      '<form><input type="password" name="p"><input autocomplete="cc-number" name="c"><input autocomplete="one-time-code" name="o"><input type="hidden" name="phone"><input type="search" name="email"><button type="button">x</button></form>',
      [forms()],
    );
    const read: string[] = [];
    for (const field of page.document.querySelectorAll('input')) {
      Object.defineProperty(field, 'value', { get: () => (read.push(field.name), '+79995551111') });
    }
    (find(page, 'form') as HTMLFormElement).submit();
    expect(read).toEqual([]);
    expect(page.told).toEqual([]);
  });
});

test('a second visitor at the same form is linked too', () => {
  page = openPage('<form><input type="tel" name="phone"></form>', [forms()]);
  const form = find(page, 'form') as HTMLFormElement;
  for (const phone of ['+79995551111', '+79995551111', '+79161234560']) {
    fill(page, 'input', phone);
    form.submit();
  }
  expect(page.links()).toEqual([{ phone: '+79995551111' }, { phone: '+79161234560' }]);
});

test('what is typed goes to the tracker as it is', () => {
  page = openPage('<form><input type="tel" name="phone"></form>', [forms()]);
  fill(page, 'input', ' 8 (999) 555-11-11 ');
  (find(page, 'form') as HTMLFormElement).submit();
  expect(page.told).toEqual([{ type: 'link', phone: '8 (999) 555-11-11', context: undefined }]);
});

describe('time', () => {
  afterEach(() => void vi.useRealTimers());
  const block = '<div><input type="tel" name="phone"><button type="button">Send</button></div>';
  const send = () => page.window.fetch('/send', { method: 'POST', body: 'phone=79995551111' });

  test('a request long after the click is another matter', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    page = openPage(block, [forms()]);
    fill(page, 'input', '+79995551111');
    click(page, 'button');
    vi.setSystemTime(Date.now() + 16_000);
    void send();
    expect(page.told).toEqual([]);
    click(page, 'button');
    void send();
    expect(page.links()).toEqual([{ phone: '+79995551111' }]);
  });

  test('the same contents sent again later are linked again: the visitor may have been reset', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    page = openPage('<form><input type="tel" name="phone"></form>', [forms()]);
    fill(page, 'input', '+79995551111');
    const form = find(page, 'form') as HTMLFormElement;
    form.submit();
    vi.setSystemTime(Date.now() + 61_000);
    form.submit();
    expect(page.links()).toHaveLength(2);
  });
});

describe('in another country', () => {
  const link = (html: string, values: Record<string, string>) => {
    page = openPage(`<form>${html}</form>`, [forms()], { callingCode: '375' });
    for (const [name, value] of Object.entries(values)) fill(page, `[name=${name}]`, value);
    (find(page, 'form') as HTMLFormElement).submit();
    return page.links();
  };

  test.each<[string, string, Record<string, string>]>([
    ['a field', '<input name="phone">', { phone: '29 123-45-68' }],
    ['a field with the prefix', '<input name="phone">', { phone: '8 029 123-45-68' }],
    ['a field that only its keyboard names', '<input type="tel" name="a">', { a: '029 123-45-68' }],
    [
      'a menu of codes',
      '<div><select name="code"><option>+375</option></select><input name="phone"></div>',
      { phone: '29 123-45-68' },
    ],
    [
      'fields for the parts',
      '<input name="phone1"><input name="phone2">',
      { phone1: '029', phone2: '1234568' },
    ],
  ])('%s', (_, html, values) => {
    expect(link(html, values)).toEqual([{ phone: '+375291234568' }]);
  });

  test('a menu of codes with another', () => {
    const html = '<div><select name="code"><option>+7</option></select><input name="phone"></div>';
    expect(link(html, { phone: '999 555-11-11' })).toEqual([{ phone: '+79995551111' }]);
  });
});
