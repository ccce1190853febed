import { mkdir, writeFile } from 'node:fs/promises';
import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import { rewriteBetween } from '../shared/markers.ts';
import { drawPicture, type Panel, type Plotting } from '../shared/picture.ts';
import { median } from '../shared/statistics.ts';
import { markdownTable, terminalTable, type Table } from '../shared/table.ts';
import type { Results, SubjectResults, Throughput } from './results.ts';
import { ours } from './subjects.ts';

const docs = new URL('../../docs/', import.meta.url);

const number = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '' : value.toLocaleString('en');

const middle = (rounds: readonly Throughput[], of: (round: Throughput) => number): number =>
  median(rounds.map(of));

const delivery = (rounds: readonly Throughput[]): string => {
  if (rounds.length === 0) return '';
  const copies = Math.max(...rounds.map((round) => round.copies));
  return (
    number(Math.min(...rounds.map((round) => round.delivered))) + (copies > 0 ? ` +${number(copies)}` : '')
  );
};

export const resultTables = ({ subjects, calls, standardCalls, outageCalls }: Results): Table[] => [
  {
    head: [
      'library',
      'events/s',
      'CPU µs an event',
      `arrived of ${number(calls)} (+copies)`,
      'peak MiB',
      'default settings: events/s',
      `arrived of ${number(standardCalls)} (+copies)`,
    ],
    rows: subjects.map(({ label, tuned, standard }) => [
      label,
      number(Math.round(middle(tuned, (round) => round.eventsPerSecond))),
      number(Math.round(middle(tuned, (round) => round.cpuPerEvent) * 10) / 10),
      delivery(tuned),
      number(middle(tuned, (round) => round.rss)),
      number(Math.round(middle(standard, (round) => round.eventsPerSecond))),
      delivery(standard),
    ]),
  },
  {
    head: [
      'library',
      `${number(outageCalls)} calls, endpoint down: peak MiB`,
      'of these arrived later',
      'errors into the host',
      'exit at once, 100',
      'SIGTERM, 100',
      'kill -9 offline, 1,000',
    ],
    rows: subjects.map(({ label, outage, exit, sigterm, kill }) => [
      label,
      number(outage?.rss),
      number(outage?.kept),
      number(outage?.uncaught),
      number(exit),
      number(sigterm),
      number(kill),
    ]),
  },
];

const panel = (
  title: string,
  unit: string,
  subjects: readonly SubjectResults[],
  of: (subject: SubjectResults) => number | undefined,
): Panel => ({
  title,
  unit,
  bars: subjects.map((subject) => {
    const value = of(subject);
    return {
      label: subject.label,
      value: value || 0,
      text: number(value === undefined ? undefined : Math.round(value)),
    };
  }),
});

const picture = ({ subjects, machine, date, calls, outageCalls }: Results): string =>
  drawPicture(
    { Plot: Plot as unknown as Plotting, document: new JSDOM('').window.document },
    {
      title: 'Node trackers, side by side',
      subtitle: `${date}, Node ${machine.node}, ${machine.cores} × ${machine.processor}; best settings, medians`,
      ours,
      panels: [
        panel(
          'Throughput',
          `events a second of ${number(calls)} calls that arrived; more is better`,
          subjects,
          ({ tuned }) => middle(tuned, (round) => round.eventsPerSecond),
        ),
        panel(
          'CPU',
          'microseconds of the program for an event that arrived; less is better',
          subjects,
          ({ tuned }) => middle(tuned, (round) => round.cpuPerEvent),
        ),
        panel(
          'Memory in an outage',
          `peak MiB, ${number(outageCalls)} calls; less is better`,
          subjects,
          ({ outage }) => outage?.rss,
        ),
        panel(
          'Kept in an outage',
          `of ${number(outageCalls)} calls; more is better`,
          subjects,
          ({ outage }) => outage?.kept,
        ),
        panel('Left after process.exit()', 'of 100 calls; more is better', subjects, ({ exit }) => exit),
        panel(
          'Left after kill -9 while offline',
          'of 1,000 calls; more is better',
          subjects,
          ({ kill }) => kill,
        ),
      ],
    },
  );

export const terminalReport = (results: Results): string =>
  resultTables(results).map(terminalTable).join('\n\n');

/** Writes the picture and the tables in docs/benchmarks.md. @returns files written */
export const writeReport = async (results: Results): Promise<string[]> => {
  const { machine, date, rounds, subjects } = results;
  await mkdir(new URL('images/', docs), { recursive: true });
  await writeFile(new URL('images/bench-node.svg', docs), `${picture(results)}\n`);
  const head =
    `${date}, Node ${machine.node} on ${machine.cores} × ${machine.processor}; medians of ${rounds} rounds, all libraries ` +
    `in turn. Versions: ${subjects.map(({ label, version }) => `${label} ${version}`).join(', ')}.`;
  const tables = resultTables(results).map((table) => markdownTable(table, 'Nitka'));
  const failures = subjects.flatMap(({ label, failures }) => failures.map((text) => `- ${label}: ${text}`));
  const text = [head, ...tables, ...(failures.length > 0 ? [failures.join('\n')] : [])].join('\n\n');
  const isWritten = await rewriteBetween(new URL('benchmarks.md', docs), 'bench:node', text);
  return ['docs/images/bench-node.svg', ...(isWritten ? ['docs/benchmarks.md'] : [])];
};
