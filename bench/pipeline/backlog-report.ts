import { rewriteBetween } from '../shared/markers.ts';
import { markdownTable, terminalTable, type Table } from '../shared/table.ts';
import type { Backlog, BacklogSample } from './results.ts';

const number = (value: number): string => value.toLocaleString('en');

/** So many lines at most, the first and the last among them. */
const lines = 16;

const thinned = (samples: readonly BacklogSample[]): BacklogSample[] => {
  const every = Math.max(Math.ceil(samples.length / lines), 1);
  return samples.filter((_, index) => index % every === 0 || index === samples.length - 1);
};

const tableOf = ({ samples }: Backlog): Table => ({
  head: ['second', 'events that wait', 'own memory, MiB', 'mapped files, MiB'],
  rows: thinned(samples).map(({ second, waiting, anonymous, mapped }) =>
    [second, waiting, anonymous, mapped].map(number),
  ),
});

const summary = ({
  events,
  acceptedPerSecond,
  loadedPerSecond,
  rows,
  ids,
  outOfOrder,
  samples,
}: Backlog): string =>
  `${number(events)} events came in at ${number(acceptedPerSecond)} a second while the warehouse could not be opened; afterwards they were loaded at ${number(loadedPerSecond)} a second. In the table: ${number(rows)} rows, ${number(ids)} different messageIds, ${number(outOfOrder)} behind a later event of their visitor. Own memory at the most ${number(Math.max(...samples.map(({ anonymous }) => anonymous)))} MiB.`;

export const backlogReport = (results: Backlog): string =>
  `${terminalTable(tableOf(results))}\n\n${summary(results)}`;

/** Writes the table in docs/benchmarks.md. @returns files written */
export const writeBacklog = async (results: Backlog): Promise<string[]> => {
  const { date, machine } = results;
  const head = `${date}, Node ${machine.node} on ${machine.cores} × ${machine.processor}.`;
  const text = [head, summary(results), markdownTable(tableOf(results))].join('\n\n');
  const isWritten = await rewriteBetween(
    new URL('../../docs/benchmarks.md', import.meta.url),
    'bench:backlog',
    text,
  );
  return isWritten ? ['docs/benchmarks.md'] : [];
};
