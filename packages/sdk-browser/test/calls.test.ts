import { describe, expect, it, vi } from 'vitest';
import { patience } from './fakes.ts';
import { usePage } from './page.ts';

const page = usePage();

describe('calls', () => {
  it('make events of the Segment spec', async () => {
    const tracker = page.open();
    tracker.page('Home', { a: 1 });
    tracker.identify(42, { phone: '8 (999) 555-11-11', plan: 'pro' });
    tracker.group('g1', { size: 3 });
    tracker.alias('u2', 'u1');
    tracker.link({ email: ' Ann@Mail.RU ' });
    expect(await page.flushed(tracker)).toMatchObject([
      { type: 'page', name: 'Home', properties: { a: 1, url: 'https://shop.example/', path: '/' } },
      { type: 'identify', userId: '42', traits: { phone: '+79995551111', plan: 'pro' } },
      { type: 'group', groupId: 'g1', userId: '42', traits: { size: 3 } },
      { type: 'alias', userId: 'u2', previousId: 'u1' },
      { type: 'identify', userId: '42', traits: { email: 'ann@mail.ru' } },
    ]);
  });

  it('read national phones by the calling code of the site', async () => {
    const tracker = page.open({ callingCode: '375' });
    tracker.link({ phone: '8 029 123-45-68' });
    tracker.identify('u', { phone: '+7 999 555 11 11' });
    expect(await page.flushed(tracker)).toMatchObject([
      { traits: { phone: '+375291234568' } },
      { traits: { phone: '+79995551111' } },
    ]);
  });

  it('send no link without an identifier of a person', async () => {
    const tracker = page.open();
    tracker.link({ phone: '8 800 555 35 35', email: 'ann' });
    tracker.link({});
    tracker.identify(null, {});
    tracker.track('other');
    expect((await page.flushed(tracker)).map(({ type }) => type)).toEqual(['track']);
  });

  it('refuse ids that would join strangers', async () => {
    const errors = vi.fn();
    const tracker = page.open();
    tracker.on('error', errors);
    for (const id of ['undefined', 'null', '0', ' ', '[object Object]', 'guest']) tracker.identify(id);
    tracker.group('null');
    tracker.alias('undefined');
    tracker.track('other');
    const [event] = await page.flushed(tracker);
    expect(event!.userId).toBeUndefined();
    expect(errors).toHaveBeenCalledTimes(8);
  });

  it('refuse an id that would fill every later event, and traits that are a text', async () => {
    const errors = vi.fn();
    const tracker = page.open();
    tracker.on('error', errors);
    tracker.identify('x'.repeat(40_000));
    tracker.identify('u1', 'ann@mail.ru' as never);
    tracker.link('8 999 555-11-11' as never);
    tracker.link({ tel: '8 999 555-11-11' } as never);
    tracker.consent('deny' as never);
    tracker.track('after');
    expect(await page.flushed(tracker)).toMatchObject([
      { type: 'identify', userId: 'u1', traits: {} },
      { type: 'track', userId: 'u1' },
    ]);
    expect(errors.mock.calls.map(([code, detail]) => `${code} ${detail}`)).toEqual([
      'invalid_call identify',
      'invalid_call identify',
      'invalid_call link',
      'invalid_call link',
      'invalid_call consent',
    ]);
  });

  it('remember the user on the next page, but no traits', async () => {
    const first = page.open();
    first.identify('u1', { phone: '89995551111' });
    await page.flushed(first);
    first.close();
    const second = page.open();
    second.track('next');
    expect((await page.flushed(second)).at(-1)!.userId).toBe('u1');
    expect(JSON.stringify(page.stored())).not.toContain('9995551111');
  });

  it('hash phones and e-mails, and send nothing where they cannot', async () => {
    const errors = vi.fn();
    const tracker = page.open({ hashIdentifiers: true });
    tracker.on('error', errors);
    tracker.link({ phone: '8 999 555 11 11' });
    await vi.waitFor(() => expect(page.queued()).toHaveLength(1), patience);
    vi.spyOn(crypto, 'subtle', 'get').mockReturnValue(undefined as never);
    tracker.link({ email: 'ann@mail.ru' });
    await vi.waitFor(
      () => expect(errors.mock.calls).toEqual([['invalid_option', 'hashIdentifiers']]),
      patience,
    );
    const events = await page.flushed(tracker);
    expect(events).toHaveLength(1);
    expect(Object.keys(events[0]!.traits!)).toEqual(['phoneSha256']);
    expect(JSON.stringify(events)).not.toMatch(/9995551111|ann@mail/);
  });
});
