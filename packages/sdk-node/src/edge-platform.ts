import { createMemoryQueue } from './memory-queue.ts';
import type { Platform } from './platform.ts';
import { fetchPost, type Body } from './post.ts';

/** Events wait in memory: gone with the isolate. */
export const memoryQueue = createMemoryQueue();

const compress = async (body: Body): Promise<Uint8Array<ArrayBuffer>> => {
  const stream = new Blob([...body]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

/** Standard APIs alone: no `node:` module. */
export const edgePlatform: Platform = {
  clock: {
    now: () => Date.now(),
    // A longer one runs at once.
    setTimeout: (task, milliseconds) => setTimeout(task, Math.min(milliseconds, 0x7fff_ffff)),
    clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  },
  random: () => Math.random(),
  randomHex: () =>
    Array.from(crypto.getRandomValues(new Uint8Array(1024)), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join(''),
  post: fetchPost((input, init) => globalThis.fetch(input, init)),
  warn: (text) => console.warn(`nitka: ${text}`),
  byteLength: (text) => new TextEncoder().encode(text).length,
  compress,
  memoryQueue: () => memoryQueue(),
  // The URL parser makes punycode of a host name.
  domainToAscii: (domain) => (URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : ''),
};
