import { randomFillSync } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { memoryQueue } from './node-memory-queue.ts';
import { createNodePost } from './node-post.ts';
import type { Platform } from './platform.ts';
import { watchExit } from './shutdown.ts';

/** A longer one runs at once: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const longestTimer = 0x7fff_ffff;

const gzipped = promisify<Uint8Array, object, Buffer<ArrayBuffer>>(gzip);

/** One call for many ids: in small portions the random bytes cost more than all else of an id. */
const random = Buffer.alloc(16 * 1024);

export const nodePlatform: Platform = {
  clock: {
    now: () => Date.now(),
    // A waiting batch must not keep a finished program alive: the flush before exit sends it.
    setTimeout: (task, milliseconds) => setTimeout(task, Math.min(milliseconds, longestTimer)).unref(),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  },
  random: Math.random,
  randomHex: () => randomFillSync(random).toString('hex'),
  post: createNodePost(),
  memoryQueue: () => memoryQueue(),
  warn: (text) => console.warn(`nitka: ${text}`),
  byteLength: (text) => Buffer.byteLength(text),
  // The fastest level: event batches are so repetitive that higher ones save little more.
  compress: (body) => gzipped(Buffer.concat(body), { level: constants.Z_BEST_SPEED }),
  domainToAscii: domainToASCII,
  stayAlive: () => {
    const timer = setInterval(() => {}, 0x7fff_ffff);
    return () => clearInterval(timer);
  },
  watchExit,
};
