import { Counter, Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { registerAnswerCounts } from '../../src/plugins/answer-counts.ts';

it('says what prom-client’s own counters say of the same answers, each time that it is asked', async () => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const count = registerAnswerCounts(ours);
  const registers = [theirs];
  const answers = new Counter({
    name: 'nitka_http_answers_total',
    help: 'Answers by route and status',
    labelNames: ['route', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'nitka_http_seconds',
    help: 'Time from a request to its answer; with an event in it that is the time until it is on disk',
    labelNames: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  expect(await ours.metrics()).toBe(await theirs.metrics());
  const given = [
    ['/v1/batch', 200, 0.001], // a bound is within its bucket
    ['/v1/batch', 200, 0.0011],
    ['/v1/batch', 503, 0],
    ['none', 404, 11],
    ['/v1/"quoted"\\', 200, 2.5],
  ] as const;
  for (const [route, status, time] of given) {
    count(route, status, time);
    answers.inc({ route, status });
    seconds.observe({ route }, time);
    expect(await ours.metrics()).toBe(await theirs.metrics());
  }
  expect(await ours.metrics()).toContain('nitka_http_seconds_bucket{le="+Inf",route="/v1/batch"} 3');
});
