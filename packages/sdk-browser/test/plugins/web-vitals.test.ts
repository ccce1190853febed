import { expect, test } from 'vitest';
import { collectVitals } from '../../src/plugins/web-vitals/collect.ts';
import type { Measured } from '../../src/plugins/web-vitals/collect.ts';
import { openPage } from './harness.ts';

const metric = (name: string, value: number, more: Partial<Measured> = {}): Measured => ({
  name,
  value,
  rating: 'good',
  navigationType: 'navigate',
  ...more,
});

test('one event at leaving, with the latest figure of each metric, and none without news', () => {
  const reports: ((metric: Measured) => void)[] = [];
  const page = openPage('', [(host) => collectVitals(host, [(report) => void reports.push(report)])]);
  page.leave();
  expect(page.told).toEqual([]);
  reports[0]!(metric('LCP', 1234.56789));
  reports[0]!(metric('CLS', 0.01));
  reports[0]!(metric('CLS', 0.30000001, { rating: 'poor' }));
  page.leave();
  page.leave();
  expect(page.events().map(({ event, properties }) => [event, properties])).toEqual([
    [
      'Web Vitals',
      { LCP: 1234.568, LCPRating: 'good', CLS: 0.3, CLSRating: 'poor', navigationType: 'navigate' },
    ],
  ]);
  page.undo();
  reports[0]!(metric('INP', 5));
  page.leave();
  expect(page.events()).toHaveLength(1);
  page.close();
});
