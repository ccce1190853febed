import { expect, it, vi } from 'vitest';
import { addressOf, loadLater } from '../src/late.ts';
import type { PluginHost } from '../src/plugin.ts';
import { patience } from './fakes.ts';

const tag = (src: string, attributes: Record<string, string> = {}) => {
  const script = document.createElement('script');
  script.type = 'inert';
  script.src = src;
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
  return script;
};

it.each([
  ['https://t.example/nitka.js', 'https://t.example/nitka.mirror.js'],
  ['/lib/own.js?v=1.2', 'https://shop.example/lib/own.mirror.js?v=1.2'],
  ['/js/a1', 'https://shop.example/js/a1.mirror.js'],
])('a file stands beside the script: %s', (src, address) => {
  expect(addressOf('mirror', tag(src))).toBe(address);
});

it('its name is free to choose', () => {
  const script = tag('https://t.example/nitka.js', { 'data-web-vitals': '/assets/7.js' });
  expect(addressOf('web-vitals', script)).toBe('https://shop.example/assets/7.js');
});

/** A tracker that waits for consent. */
const createHost = () => {
  const allowed: (() => void)[] = [];
  const report = vi.fn();
  return {
    host: { whenAllowed: (task) => void allowed.push(task), report } as Partial<PluginHost> as PluginHost,
    report,
    allow: () => allowed.splice(0).forEach((task) => task()),
  };
};

it('loads once consent is there, gives the plugin the host, and undoes it', async () => {
  const { host, allow } = createHost();
  const undo = vi.fn();
  const plugin = vi.fn(() => undo);
  const load = vi.fn(async () => ({ scroll: () => plugin }));
  const close = loadLater('/s.js', load)(host)!;
  expect(load).not.toHaveBeenCalled();
  allow();
  await vi.waitFor(() => expect(plugin).toHaveBeenCalledWith(host), patience);
  expect(load).toHaveBeenCalledWith('/s.js');
  close();
  expect(undo).toHaveBeenCalledTimes(1);
});

it('starts nothing when the tracker was closed meanwhile', async () => {
  const { host, allow } = createHost();
  const plugin = vi.fn();
  const loading = Promise.resolve({ scroll: () => plugin });
  const close = loadLater('/s.js', () => loading)(host)!;
  allow();
  close();
  await loading;
  await Promise.resolve();
  expect(plugin).not.toHaveBeenCalled();
});

it.each<[string, () => Promise<Record<string, never>>]>([
  ['a file that is not there', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['a file that is no plugin', () => Promise.resolve({})],
])('%s is reported, and the tracker goes on', async (_, load) => {
  const { host, allow, report } = createHost();
  loadLater('/s.js', load)(host);
  allow();
  await vi.waitFor(() => expect(report).toHaveBeenCalledWith('plugin_failed', '/s.js'), patience);
});
