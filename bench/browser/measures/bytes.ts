import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import type { BenchServer } from '../server.ts';
import type { Subject } from '../subjects/subject.ts';
import { newVisitor, visit } from '../visitor.ts';
import { sleep } from './waiting.ts';

export interface Bytes {
  readonly raw: number;
  readonly gzip: number;
  readonly brotli: number;
  /** Paths of the scripts that the page loaded. */
  readonly files: readonly string[];
}

/** Every script that a page loads by itself within three seconds of the start, each compressed at the highest level. */
export const measureBytes = async (
  browser: Browser,
  server: BenchServer,
  subject: Subject,
): Promise<Bytes> => {
  const lane = server.lane(subject);
  const visitor = await newVisitor(browser);
  try {
    await visit(visitor, lane);
    await sleep(3000);
    const bodies = [...lane.scripts.values()];
    const sum = (size: (body: Buffer) => number): number => bodies.reduce((all, body) => all + size(body), 0);
    return {
      raw: sum((body) => body.length),
      gzip: sum((body) => gzipSync(body, { level: 9 }).length),
      brotli: sum(
        (body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
      ),
      files: [...lane.scripts.keys()],
    };
  } finally {
    await visitor.close();
  }
};
