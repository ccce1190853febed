import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { BenchServer, Lane } from '../server.ts';
import type { Subject } from '../subjects/subject.ts';
import { newVisitor, track, visit } from '../visitor.ts';
import { quiet, sleep } from './waiting.ts';

/** What is deleted between two visits. */
export type Wipe = 'cookies' | 'localStorage' | 'cookies and localStorage' | 'all that scripts can write';

export const wipes: readonly Wipe[] = [
  'cookies',
  'localStorage',
  'cookies and localStorage',
  'all that scripts can write',
];

const wipe = async (visitor: BrowserContext, page: Page, what: Wipe): Promise<void> => {
  if (what === 'all that scripts can write') {
    // As Safari does after seven days: cookies set by HTTP stay.
    const cookies = await visitor.cookies();
    const kept = cookies.filter(({ httpOnly }) => httpOnly);
    await visitor.clearCookies();
    await visitor.addCookies(kept);
    await page.evaluate(async () => {
      localStorage.clear();
      sessionStorage.clear();
      for (const { name } of await indexedDB.databases()) if (name) indexedDB.deleteDatabase(name);
    });
    return;
  }
  if (what.includes('cookies')) await visitor.clearCookies();
  if (what.includes('localStorage')) await page.evaluate(() => localStorage.clear());
};

const visitorId = async (visitor: BrowserContext, lane: Lane, mark: string): Promise<string | undefined> => {
  lane.lastArrival = performance.now();
  const page = await visit(visitor, lane);
  await sleep(1000);
  await track(page, { prefix: mark, count: 1, every: 0 });
  const before = lane.arrivals.size;
  await quiet(lane, before + 1, 9000);
  await page.close();
  return lane.arrivals.get(`${mark}-0`)?.[0]?.visitorId;
};

/** True if the visitor's events carry the same id after the wipe. */
export const measureIdentity = async (
  browser: Browser,
  server: BenchServer,
  subject: Subject,
  what: Wipe,
): Promise<boolean> => {
  const lane = server.lane(subject);
  const visitor = await newVisitor(browser);
  try {
    const first = await visitorId(visitor, lane, 'first');
    // Wiped from a page of the site without the library, so that nothing writes in between.
    const page = await visitor.newPage();
    await page.goto(lane.url('/away'));
    await wipe(visitor, page, what);
    await page.close();
    const second = await visitorId(visitor, lane, 'second');
    if (first === undefined || second === undefined) throw new Error('no event with a visitor id arrived');
    return first === second;
  } finally {
    await visitor.close();
  }
};
