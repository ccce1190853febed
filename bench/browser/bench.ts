import type { Browser } from 'playwright-core';
import { launchChromium } from '../../tests/support/chromium.ts';
import { describeMachine } from '../shared/machine.ts';
import { startProgress } from '../shared/progress.ts';
import type { Progress } from '../shared/progress.ts';
import { figure } from '../shared/statistics.ts';
import { measureBytes } from './measures/bytes.ts';
import { measureCall } from './measures/call.ts';
import type { CallTimes } from './measures/call.ts';
import { measureDelivery } from './measures/delivery.ts';
import { measureHeap } from './measures/heap.ts';
import { measureIdentity, wipes } from './measures/identity.ts';
import { scenarios } from './measures/scenarios.ts';
import { measureStart, slowdown, startRepetitions } from './measures/start.ts';
import type { Options } from './options.ts';
import type { Results, SubjectResults } from './results.ts';
import { startBenchServer } from './server.ts';
import type { BenchServer } from './server.ts';
import { openSubjects } from './subjects/index.ts';
import type { Subject } from './subjects/subject.ts';
import { browserArguments } from './visitor.ts';

/** One measurement of one subject. */
interface Task {
  readonly what: string;
  readonly of: SubjectResults;
  run(): Promise<void>;
}

/** Runs tasks in their order, `lanes` at once. A failed one is noted and the others go on. */
const runAll = async (tasks: readonly Task[], lanes: number, progress: Progress): Promise<void> => {
  const queue = [...tasks];
  const work = async (): Promise<void> => {
    for (let task = queue.shift(); task; task = queue.shift()) {
      // Twice: on a machine at work a page may fail to load in time, and that says nothing of a library.
      const error = await task
        .run()
        .catch(task.run)
        .then(
          () => null,
          (reason: unknown) => String(reason).split('\n')[0]!,
        );
      if (error !== null) task.of.failed.push(`${task.what}: ${error}`);
      progress.step(`${task.of.title}: ${task.what}${error === null ? '' : ` FAILED ${error}`}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
};

/** Every subject once, then every subject again: what changes on the machine meanwhile meets all alike. */
const interleave = (
  repetitions: number,
  subjects: readonly Subject[],
  make: (subject: Subject) => Task[],
): Task[] =>
  Array.from({ length: repetitions }, (_, round) =>
    // Nobody is always first.
    [...subjects.slice(round % subjects.length), ...subjects.slice(0, round % subjects.length)].flatMap(make),
  ).flat();

/** Measures all that the options ask for. */
export const runBench = async (options: Options): Promise<Results> => {
  const wanted = (name: string): boolean => options.measures.length === 0 || options.measures.includes(name);
  const { subjects: all, close } = await openSubjects(wanted('delivery') || wanted('identity'));
  const subjects = all.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  const server = await startBenchServer();
  if (options.chromium !== undefined) process.env['NITKA_CHROMIUM'] = options.chromium;
  const browser = await launchChromium({ args: browserArguments });
  try {
    const results: Results = {
      date: new Date().toISOString(),
      machine: describeMachine(),
      browser: `Chromium ${browser.version()}`,
      slowdown,
      repetitions: options.repetitions,
      subjects: subjects.map(({ name, title, version, note }) => ({
        name,
        title,
        version,
        note,
        failed: [],
      })),
    };
    await measureAll({ browser, server, subjects, results, options, wanted });
    return results;
  } finally {
    await Promise.all([browser.close(), server.close(), close()]);
  }
};

interface Bench {
  readonly browser: Browser;
  readonly server: BenchServer;
  readonly subjects: readonly Subject[];
  readonly results: Results;
  readonly options: Options;
  wanted(name: string): boolean;
}

const measureAll = async ({ browser, server, subjects, results, options, wanted }: Bench): Promise<void> => {
  const of = (subject: Subject): SubjectResults =>
    results.subjects.find(({ name }) => name === subject.name)!;
  const floors: number[] = [];
  const starts = new Map<Subject, number[]>(subjects.map((subject) => [subject, []]));
  const firsts = new Map<Subject, number[]>(subjects.map((subject) => [subject, []]));
  const calls = new Map<Subject, CallTimes[]>(subjects.map((subject) => [subject, []]));
  const heaps = new Map<Subject, number[]>(subjects.map((subject) => [subject, []]));

  const bytes = subjects.map((subject): Task => ({
    what: 'bytes',
    of: of(subject),
    run: async () => void (of(subject).bytes = await measureBytes(browser, server, subject)),
  }));
  const start = interleave(startRepetitions(options.repetitions), subjects, (subject) => [
    {
      what: 'load and start',
      of: of(subject),
      run: async () => {
        if (subject === subjects[0]) floors.push(await measureStart(browser, server, subject, '/floor'));
        starts.get(subject)!.push(await measureStart(browser, server, subject));
      },
    },
  ]);
  const first = interleave(startRepetitions(options.repetitions), subjects, (subject) => [
    {
      what: 'load, start and a page view',
      of: of(subject),
      run: async () => void firsts.get(subject)!.push(await measureStart(browser, server, subject, '/first')),
    },
  ]);
  const call = interleave(options.repetitions, subjects, (subject) => [
    {
      what: 'track()',
      of: of(subject),
      run: async () => void calls.get(subject)!.push(await measureCall(browser, server, subject)),
    },
  ]);
  const heap = interleave(options.repetitions, subjects, (subject) => [
    {
      what: 'heap',
      of: of(subject),
      run: async () => void heaps.get(subject)!.push(await measureHeap(browser, server, subject)),
    },
  ]);
  const chosen = scenarios.filter(
    ({ name }) => options.scenarios.length === 0 || options.scenarios.includes(name),
  );
  // nitka-core differs from nitka in size alone.
  const delivering = subjects.filter(({ variantOf }) => variantOf === undefined);
  const delivery = chosen.flatMap((scenario) =>
    interleave(options.repetitions, delivering, (subject) => [
      {
        what: scenario.title,
        of: of(subject),
        run: async () => {
          const delivered = await measureDelivery(browser, server, subject, scenario);
          ((of(subject).delivery ??= {})[scenario.name] ??= []).push(delivered);
        },
      },
    ]),
  );
  const identity = delivering.flatMap((subject) =>
    wipes.map((wipe): Task => ({
      what: `id after ${wipe} wiped`,
      of: of(subject),
      run: async () => {
        (of(subject).identity ??= {})[wipe] = await measureIdentity(browser, server, subject, wipe);
      },
    })),
  );

  const alone = [
    ...(wanted('start') ? start : []),
    ...(wanted('first') ? first : []),
    ...(wanted('call') ? call : []),
  ];
  const together = [
    ...(wanted('bytes') ? bytes : []),
    ...(wanted('heap') ? heap : []),
    ...(wanted('delivery') ? delivery : []),
    ...(wanted('identity') ? identity : []),
  ];
  const progress = startProgress(alone.length + together.length);
  // Times are measured one at a time; bytes are the same in company, and visitors mostly wait.
  await runAll(alone, 1, progress);
  await runAll(together, options.lanes, progress);
  progress.done();

  if (floors.length > 0) results.floor = figure(floors);
  for (const subject of subjects) {
    const own = of(subject);
    const [started, called, held] = [starts.get(subject)!, calls.get(subject)!, heaps.get(subject)!];
    if (started.length > 0) own.start = figure(started);
    if (firsts.get(subject)!.length > 0) own.first = figure(firsts.get(subject)!);
    if (held.length > 0) own.heap = figure(held);
    if (called.length > 0) {
      own.call = {
        median: figure(called.map((times) => times.median)),
        p95: figure(called.map((times) => times.p95)),
        cpuPer100: figure(called.map((times) => times.cpuPer100)),
      };
    }
  }
};
