import { Counter } from 'prom-client';
import type { Histogram, Registry } from 'prom-client';

/** Upper bounds, seconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

interface OfRoute {
  readonly byStatus: Map<number, number>;
  /** One more than there are bounds: the last for what is beyond them. */
  readonly buckets: number[];
  seconds: number;
}

export type CountAnswer = (route: string, status: number, seconds: number) => void;

const name = 'nitka_http_seconds';

/** The samples of one route, as prom-client takes them. */
const samplesOf = (route: string, { buckets, seconds }: OfRoute) => {
  let count = 0;
  const cumulated = buckets.map((answers, index) => {
    count += answers;
    return { metricName: `${name}_bucket`, labels: { le: bounds[index] ?? '+Inf', route }, value: count };
  });
  return [
    ...cumulated,
    { metricName: `${name}_sum`, labels: { route }, value: seconds },
    { metricName: `${name}_count`, labels: { route }, value: count },
  ];
};

/**
 * Counts answers in plain numbers, which the registry asks for when it is read: prom-client's own counters put a text of the labels
 * together each time, which took a fiftieth of the time of a request with one event.
 */
export const registerAnswerCounts = (registry: Registry): CountAnswer => {
  const routes = new Map<string, OfRoute>();
  new Counter({
    name: 'nitka_http_answers_total',
    help: 'Answers by route and status',
    labelNames: ['route', 'status'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [route, { byStatus }] of routes)
        for (const [status, count] of byStatus) this.inc({ route, status }, count);
    },
  });
  // Not the class: a histogram of prom-client takes single observations only.
  registry.registerMetric({
    name,
    help: 'Time from a request to its answer; with an event in it that is the time until it is on disk',
    type: 'histogram',
    aggregator: 'sum',
    get() {
      return { ...this, values: [...routes].flatMap(([route, answers]) => samplesOf(route, answers)) };
    },
  } as unknown as Histogram);

  return (route, status, seconds) => {
    let answers = routes.get(route);
    if (!answers) {
      answers = { byStatus: new Map(), buckets: Array<number>(bounds.length + 1).fill(0), seconds: 0 };
      routes.set(route, answers);
    }
    answers.byStatus.set(status, (answers.byStatus.get(status) ?? 0) + 1);
    let bucket = 0;
    while (bucket < bounds.length && seconds > bounds[bucket]!) bucket += 1;
    answers.buckets[bucket]! += 1;
    answers.seconds += seconds;
  };
};
