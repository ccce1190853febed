import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { BenchServer } from '../server.ts';
import type { Subject } from '../subjects/subject.ts';
import { newVisitor, track, visit } from '../visitor.ts';
import { sleep } from './waiting.ts';

const usedBytes = async (visitor: BrowserContext, page: Page): Promise<number> => {
  const session = await visitor.newCDPSession(page);
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
};

/** KiB of JavaScript heap that a page with the library holds more than the same page without, after 520 events. */
export const measureHeap = async (
  browser: Browser,
  server: BenchServer,
  subject: Subject,
): Promise<number> => {
  const lane = server.lane(subject);
  const visitor = await newVisitor(browser);
  try {
    const bare = await visitor.newPage();
    await bare.goto(lane.url('/floor'));
    const floor = await usedBytes(visitor, bare);
    await bare.close();
    const page = await visit(visitor, lane);
    await track(page, { prefix: 'h', count: 520, every: 5 });
    await sleep(6000);
    return ((await usedBytes(visitor, page)) - floor) / 1024;
  } finally {
    await visitor.close();
  }
};
