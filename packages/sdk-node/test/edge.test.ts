import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { rollup } from 'rollup';
import { expect, it } from 'vitest';
import * as edgeEntry from '../src/edge.ts';
import * as nodeEntry from '../src/index.ts';
import { createTestCollector } from '../src/testing/index.ts';

/** What is shipped (`pnpm build node`), with all that it imports, as one script. */
const bundle = async (name: 'edge' | 'web'): Promise<string> => {
  const built = await rollup({ input: fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url)) });
  const { output } = await built.generate({ format: 'iife', name });
  expect(output[0].imports).toEqual([]);
  expect(output[0].dynamicImports).toEqual([]);
  return output[0].code;
};

/** What an edge runtime has, and no more: neither `process` nor `Buffer` nor `require`. */
const webGlobals = () => {
  const names = [
    'URL',
    'Request',
    'Response',
    'Headers',
    'TextEncoder',
    'TextDecoder',
    'AbortController',
    'AbortSignal',
    'Blob',
  ] as const;
  const others = [
    'CompressionStream',
    'crypto',
    'btoa',
    'atob',
    'setTimeout',
    'clearTimeout',
    'console',
  ] as const;
  return Object.fromEntries([...names, ...others].map((name) => [name, globalThis[name]]));
};

it('needs nothing but Web APIs: builds without node: imports and runs without Node', async () => {
  const context = createContext(webGlobals());
  runInContext(await bundle('edge'), context);
  runInContext(await bundle('web'), context);
  const { edge, web } = context as {
    edge: typeof import('../src/edge.ts');
    web: typeof import('../src/middleware/web.ts');
  };
  const collector = createTestCollector();
  const { writeKey, endpoint, fetch } = collector;
  const tracker = edge.createTracker({ writeKey, endpoint, fetch, gzip: true });
  const request = new Request('https://shop.example/', { headers: { accept: 'text/html' } });
  const { visitor, apply } = web.openVisitor(request);
  tracker.forRequest(request).track({ event: 'Seen', messageId: edge.messageIdFrom('x', 1) });
  expect(await tracker.flush({ timeout: 5000 })).toEqual({ pending: 0 });
  expect(collector.events).toMatchObject([{ event: 'Seen', anonymousId: visitor.anonymousId }]);
  expect(collector.requests[0]!.headers['content-encoding']).toBe('gzip');
  expect(apply(new Response('')).headers.getSetCookie()).toHaveLength(2);
});

it('exports what the entry for Node does', () => {
  expect(Object.keys(edgeEntry)).toEqual(Object.keys(nodeEntry));
});
