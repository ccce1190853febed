import { mkdir, writeFile } from 'node:fs/promises';
import { draw, number } from '../collector/draw.ts';
import { rewriteBetween } from '../shared/markers.ts';
import { median } from '../shared/statistics.ts';
import { markdownTable, terminalTable, type Table } from '../shared/table.ts';
import type { PipelineRound, Results } from './results.ts';

const docs = new URL('../../docs/', import.meta.url);

const labelsOf = ({ rounds }: Results): string[] => [
  ...new Set(rounds.map(({ destination }) => destination)),
];

const middle = ({ rounds }: Results, label: string, of: (round: PipelineRound) => number): number =>
  Math.round(median(rounds.filter(({ destination }) => destination === label).map(of)));

export const resultTable = (results: Results): Table => ({
  head: [
    '',
    'answered, events/s',
    'rows/s, HTTP to table',
    'lag p50, ms',
    'lag p99, ms',
    'at a steady rate of',
    'lag p50, ms',
    'lag p99, ms',
    'own memory, peak MiB',
    'RSS, peak MiB',
  ],
  rows: [
    ...labelsOf(results).map((label) => [
      label,
      number(middle(results, label, (round) => round.answeredPerSecond)),
      number(middle(results, label, (round) => round.rowsPerSecond)),
      number(middle(results, label, (round) => round.lag.p50)),
      number(middle(results, label, (round) => round.lag.p99)),
      number(middle(results, label, (round) => round.steadyPerSecond)),
      number(middle(results, label, (round) => round.steadyLag.p50)),
      number(middle(results, label, (round) => round.steadyLag.p99)),
      number(middle(results, label, (round) => round.memory.anonymous)),
      number(middle(results, label, (round) => round.memory.resident)),
    ]),
    floor('bare route, parses only', Math.round(median(results.bare))),
    floor(`write + fdatasync, ${results.connections} bodies`, results.disk.eventsPerSecond),
  ],
});

const floor = (label: string, eventsPerSecond: number): string[] => [
  label,
  number(eventsPerSecond),
  ...Array.from({ length: 8 }, () => ''),
];

const growthTable = ({ growth }: Results): Table => {
  const labels = [...new Set(growth.map(({ destination }) => destination))];
  return {
    head: [
      'rows in the table',
      ...labels.flatMap((label) => [`${label}: ms a load`, 'µs a row, own process']),
    ],
    rows: [...new Set(growth.map(({ rows }) => rows))].map((rows) => [
      number(rows),
      ...labels.flatMap((label) => {
        const step = growth.find((each) => each.destination === label && each.rows === rows);
        return step ? [number(step.milliseconds), number(step.cpuPerRow)] : ['', ''];
      }),
    ]),
  };
};

const tablesOf = (results: Results): Table[] =>
  [resultTable(results), growthTable(results)].filter(({ rows }) => rows.length > 0);

const picture = (results: Results): string =>
  draw({
    title: 'From HTTP to the warehouse',
    subtitle: `${results.date}, Node ${results.machine.node}, ${results.machine.cores} × ${results.machine.processor}; 20 events a body, medians`,
    ours: labelsOf(results),
    panels: [
      {
        title: 'Rows',
        unit: 'a second, from the first request until the last row; more is better',
        bars: labelsOf(results).map((label) => {
          const value = middle(results, label, (round) => round.rowsPerSecond);
          return { label, value, text: number(value) };
        }),
      },
      {
        title: 'From the answer to the row',
        unit: 'milliseconds at the 99th percentile, at full load; less is better',
        bars: labelsOf(results).map((label) => {
          const value = middle(results, label, (round) => round.lag.p99);
          return { label, value, text: number(value) };
        }),
      },
    ],
  });

export const terminalReport = (results: Results): string => tablesOf(results).map(terminalTable).join('\n\n');

/** Writes the picture and the table in docs/benchmarks.md. @returns files written */
export const writeReport = async (results: Results): Promise<string[]> => {
  const { machine, date, seconds, connections, bare, skipped } = results;
  await mkdir(new URL('images/', docs), { recursive: true });
  await writeFile(new URL('images/bench-pipeline.svg', docs), `${picture(results)}\n`);
  const head = `${date}, Node ${machine.node} on ${machine.cores} × ${machine.processor}, load, collector and warehouse on the same processors; 20 events a body, ${connections} connections, medians of ${bare.length} × ${seconds} s, all in turn.`;
  const missing = skipped.length > 0 ? [`Not run, since no server was there: ${skipped.join(', ')}.`] : [];
  const text = [head, ...tablesOf(results).map((table) => markdownTable(table)), ...missing].join('\n\n');
  const isWritten = await rewriteBetween(new URL('benchmarks.md', docs), 'bench:pipeline', text);
  return ['docs/images/bench-pipeline.svg', ...(isWritten ? ['docs/benchmarks.md'] : [])];
};
