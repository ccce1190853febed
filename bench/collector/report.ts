import { mkdir, writeFile } from 'node:fs/promises';
import { rewriteBetween } from '../shared/markers.ts';
import type { Panel } from '../shared/picture.ts';
import { median } from '../shared/statistics.ts';
import { markdownTable, terminalTable, type Table } from '../shared/table.ts';
import { draw, number } from './draw.ts';
import type { ProcessorTime } from './processes.ts';
import { subjects } from './results.ts';
import type { Results, Round } from './results.ts';

const docs = new URL('../../docs/', import.meta.url);
const labelOf = (subject: Round['subject'], { workers }: Results): string =>
  ({
    bare: 'bare route',
    acknowledged: 'Nitka, spooling',
    collector: 'Nitka',
    workers: `Nitka, ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
  })[subject];

const roundsOf = ({ rounds }: Results, subject: Round['subject'], events: number): Round[] =>
  rounds.filter((round) => round.subject === subject && round.events === events);

const middle = (rounds: readonly Round[], of: (round: Round) => number): number =>
  Math.round(median(rounds.map(of)) * 10) / 10;

const speed = (results: Results, subject: Round['subject'], events: number): number =>
  Math.round(middle(roundsOf(results, subject, events), (round) => round.eventsPerSecond));

/** Results from before it was measured have none. */
const cpu = (rounds: readonly Round[], part: keyof ProcessorTime): string =>
  rounds.every(({ cpuPerEvent }) => cpuPerEvent)
    ? number(middle(rounds, ({ cpuPerEvent }) => cpuPerEvent?.[part] ?? NaN))
    : '';

export const resultTables = (results: Results): Table[] => {
  const bodies = [...new Set(results.rounds.map(({ events }) => events))];
  const answers: Table = {
    head: [
      '',
      'events a body',
      'events/s',
      'of the bare route',
      'p50, ms',
      'p99, ms',
      'CPU µs an event: its thread',
      'all threads',
      'own memory, peak MiB',
      'RSS, peak MiB',
    ],
    rows: bodies.flatMap((events) => [
      ...subjects.map((subject) => {
        const rounds = roundsOf(results, subject, events);
        return [
          labelOf(subject, results),
          number(events),
          number(speed(results, subject, events)),
          (speed(results, subject, events) / speed(results, 'bare', events)).toFixed(2),
          number(middle(rounds, ({ p50 }) => p50)),
          number(middle(rounds, ({ p99 }) => p99)),
          cpu(rounds, 'main'),
          cpu(rounds, 'all'),
          number(Math.max(...rounds.map(({ memory }) => memory.anonymous))),
          number(Math.max(...rounds.map(({ memory }) => memory.resident))),
        ];
      }),
      ...results.disk
        .filter((disk) => disk.events === events)
        .map(({ together, eventsPerSecond, p50, p99 }) => [
          `write + fdatasync, ${together} bodies`, number(events), number(eventsPerSecond), '', number(p50), number(p99), '', '', '', '',
        ]), // prettier-ignore
    ]),
  };
  const history: Table = {
    head: [
      'ids known',
      'version 7: CPU µs an event',
      'bytes an id',
      'version 4: CPU µs an event',
      'bytes an id',
    ],
    rows: [...new Set(results.history.map(({ known }) => known))].map((known) => [
      number(known),
      ...(['version 7', 'version 4'] as const).flatMap((ids) => {
        const step = results.history.find((each) => each.ids === ids && each.known === known);
        return step ? [number(step.cpuPerEvent), number(step.bytesPerId)] : ['', ''];
      }),
    ]),
  };
  const stopped: Table = {
    head: [
      'events while the warehouse was stopped',
      'first tenth, events/s',
      'last tenth, events/s',
      'own memory, peak MiB',
      'RSS, peak MiB',
      'then loaded, rows/s',
      'rows',
      'out of order',
    ],
    rows: results.stopped.map((each) => [
      number(each.events), number(each.firstPerSecond), number(each.lastPerSecond), number(each.memory.anonymous),
      number(each.memory.resident), number(each.loadedPerSecond), number(each.rows), number(each.outOfOrder),
    ]), // prettier-ignore
  };
  return [answers, history, stopped].filter(({ rows }) => rows.length > 0);
};

const panel = (
  results: Results,
  title: string,
  unit: string,
  events: number,
  of: (round: Round) => number,
): Panel => ({
  title: `${title}, ${events} ${events === 1 ? 'event' : 'events'} a body`,
  unit,
  bars: subjects.map((subject) => {
    const value = middle(roundsOf(results, subject, events), of);
    return { label: labelOf(subject, results), value, text: number(value) };
  }),
});

const picture = (results: Results): string =>
  draw({
    title: 'The collector beside a bare route',
    subtitle: `${results.date}, Node ${results.machine.node}, ${results.machine.cores} × ${results.machine.processor}; medians`,
    ours: subjects.slice(1).map((subject) => labelOf(subject, results)),
    panels: [...new Set(results.rounds.map(({ events }) => events))].flatMap((events) => [
      panel(
        results,
        'Answered',
        'events a second, on disk before the answer; more is better',
        events,
        ({ eventsPerSecond }) => eventsPerSecond,
      ),
      panel(
        results,
        'Answer',
        'milliseconds at the 99th percentile; less is better',
        events,
        ({ p99 }) => p99,
      ),
    ]),
  });

export const terminalReport = (results: Results): string =>
  resultTables(results).map(terminalTable).join('\n\n');

/** Writes the picture and the tables in docs/benchmarks.md. @returns files written */
export const writeReport = async (results: Results): Promise<string[]> => {
  const { machine, date, seconds, connections, rounds } = results;
  await mkdir(new URL('images/', docs), { recursive: true });
  await writeFile(new URL('images/bench-collector.svg', docs), `${picture(results)}\n`);
  const count = rounds.length / new Set(rounds.map(({ subject, events }) => `${subject} ${events}`)).size;
  const head = `${date}, Node ${machine.node} on ${machine.cores} × ${machine.processor}, the load on the same processors; ${connections} connections, medians of ${count} × ${seconds} s, all in turn.`;
  const text = [head, ...resultTables(results).map((table) => markdownTable(table, 'Nitka'))].join('\n\n');
  const isWritten = await rewriteBetween(new URL('benchmarks.md', docs), 'bench:collector', text);
  return ['docs/images/bench-collector.svg', ...(isWritten ? ['docs/benchmarks.md'] : [])];
};
