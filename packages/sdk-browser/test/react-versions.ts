import { createRequire } from 'node:module';
import type * as ReactTypes from 'react';
import type { Root } from 'react-dom/client';
import { vi } from 'vitest';

const require = createRequire(import.meta.url);

export interface ReactParts {
  readonly React: typeof ReactTypes;
  readonly createRoot: (container: Element) => Root;
  readonly renderToString: (element: ReactTypes.ReactElement) => string;
  readonly createHooks: typeof import('../src/react.ts').createHooks;
}

/** A React of that major version, whole: its renderers and our hooks see the same one. */
export const loadReact = async (version: 18 | 19): Promise<ReactParts> => {
  const suffix = version === 19 ? '' : '-18';
  const React = require(`react${suffix}`) as typeof ReactTypes;
  // Installed beside another version, the renderers would find that one.
  const newest = require.resolve('react');
  const kept = require.cache[newest];
  require.cache[newest] = { exports: React } as NodeJS.Module;
  const { createRoot } = require(`react-dom${suffix}/client`) as Pick<ReactParts, 'createRoot'>;
  const { renderToString } = require(`react-dom${suffix}/server`) as Pick<ReactParts, 'renderToString'>;
  if (kept) require.cache[newest] = kept;
  else delete require.cache[newest];
  vi.doMock('react', () => ({ ...React, default: React }));
  vi.resetModules();
  const { createHooks } = await import('../src/react.ts');
  return { React, createRoot, createHooks, renderToString };
};
