import type { Browser, CDPSession } from 'playwright-core';
import type { BenchServer } from '../server.ts';
import type { Subject } from '../subjects/subject.ts';
import { newVisitor } from '../visitor.ts';
import { sleep } from './waiting.ts';

/** How many times slower than this machine: what a cheap phone is. */
export const slowdown = 4;

/**
 * Milliseconds after the load. The slowest of them sends its first event after five seconds: a shorter time would leave
 * out a part of its work alone.
 */
const watched = 7000;

/** Start varies most, and costs least. */
export const startRepetitions = (repetitions: number): number => repetitions * 2 - 1;

/** Main-thread CPU seconds of the page's process since it began. */
const cpuSeconds = async (session: CDPSession): Promise<number> => {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
};

/**
 * CPU milliseconds of the main thread to load a page and start the library, until seven seconds after the load: then what was
 * put off, the first batch included, has been done by all of them.
 *
 * @param path `/first`: the page is counted, by the library itself or by the call that its installation has; `/floor`:
 *   without the library
 * @throws Error where the page view has not arrived: its time would be too short
 */
export const measureStart = async (
  browser: Browser,
  server: BenchServer,
  subject: Subject,
  path: '/' | '/floor' | '/first' = '/',
): Promise<number> => {
  const lane = server.lane(subject);
  const visitor = await newVisitor(browser);
  try {
    const page = await visitor.newPage();
    // A page of the same site first: its process goes on to the page that is measured.
    await page.goto(lane.url('/away'));
    const session = await visitor.newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await sleep(300);
    const before = await cpuSeconds(session);
    await page.goto(lane.url(path), { waitUntil: 'load' });
    await sleep(watched);
    const spent = ((await cpuSeconds(session)) - before) * 1000;
    if (path === '/first' && lane.taken === 0) throw new Error('no page view has arrived');
    return spent;
  } finally {
    await visitor.close();
  }
};
