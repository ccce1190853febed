import { mkdir, writeFile } from 'node:fs/promises';
import { rewriteBetween } from '../shared/markers.ts';
import { drawPicture } from '../shared/picture.ts';
import type { Panel, Plotting } from '../shared/picture.ts';
import { markdownTable, terminalTable } from '../shared/table.ts';
import { scenarios } from './measures/scenarios.ts';
import { startRepetitions } from './measures/start.ts';
import type { Results, SubjectResults } from './results.ts';
import {
  costTable,
  deliveryShares,
  deliveryTable,
  identityTable,
  percent,
  steadyRequests,
  summaryTable,
} from './tables.ts';

const ours = 'Nitka';

const circumstances = ({ date, browser, machine, repetitions }: Results): string =>
  `${date.slice(0, 10)}, ${browser} on ${machine.cores} × ${machine.processor}, Node ${machine.node}; ` +
  `medians of ${repetitions} rounds (${startRepetitions(repetitions)} of load + start), all libraries in turn.`;

/** Everything that was measured, for the terminal. */
export const terminalReport = (results: Results): string => {
  const failed = results.subjects.flatMap(({ title, failed: all }) => all.map((text) => `${title}: ${text}`));
  const tables = [costTable(results), deliveryTable(results), identityTable(results)];
  return [
    circumstances(results),
    ...tables.filter(({ rows }) => rows.length > 0).map(terminalTable),
    'a → b: arrived before and after the visitor came back; +n: copies on the wire.',
    ...(failed.length > 0 ? [`not measured:\n${failed.join('\n')}`] : []),
  ].join('\n\n');
};

const documentText = (results: Results): string =>
  [
    circumstances(results),
    '### Cost',
    markdownTable(costTable(results), ours),
    '### Delivery',
    '`a → b`: arrived before and after the visitor came back; `+n`: copies on the wire. Ranges are the least and the most of the rounds.',
    markdownTable(deliveryTable(results), ours),
    ...scenarios.map(({ title, what }) => `- **${title}**: ${what}`),
    '### The visitor id after a wipe',
    markdownTable(identityTable(results), ours),
    '### How each was loaded',
    ...results.subjects.map(({ title, version, note }) => `- **${title}** (${version}): ${note}.`),
    ...results.subjects.flatMap(({ title, failed }) =>
      failed.map((text) => `- Not measured: ${title}, ${text}.`),
    ),
  ]
    .join('\n\n')
    .replaceAll(/(\n- [^\n]*)\n(?=\n- )/g, '$1');

const panels = ({ subjects, slowdown }: Results): readonly Panel[] => {
  const panel = (
    title: string,
    unit: string,
    value: (subject: SubjectResults) => number | undefined,
    text = (shown: number): string => Math.round(shown).toLocaleString('en'),
  ): Panel => ({
    title,
    unit,
    bars: subjects.flatMap((subject) => {
      const found = value(subject);
      return found === undefined ? [] : [{ label: subject.title, value: found, text: text(found) }];
    }),
  });
  return [
    panel(
      'Size of the script',
      'brotli, KB',
      ({ bytes }) => bytes && bytes.brotli / 1000,
      (kb) => kb.toFixed(1),
    ),
    panel(
      'Load, start and a page view',
      `main thread, CPU ms at ${slowdown}× slowdown, empty page included`,
      ({ first }) => first?.median,
    ),
    panel(
      'Work for 100 events',
      `main thread, CPU ms at ${slowdown}× slowdown, all that follows included`,
      ({ call }) => call?.cpuPer100.median,
    ),
    panel('Heap after 520 events', 'KiB more than the page without it', ({ heap }) => heap?.median),
    panel('Requests for 200 events', 'an event each 50 ms', steadyRequests),
    panel(
      'Events lost',
      'of a scenario’s events, mean over all scenarios',
      (subject) => deliveryShares(subject)?.lost,
      percent,
    ),
    panel(
      'Copies on the wire',
      'of a scenario’s events, mean over all scenarios',
      (subject) => deliveryShares(subject)?.copies,
      percent,
    ),
    panel('One track() call', `µs at ${slowdown}× slowdown, median`, ({ call }) => call?.median.median),
  ].filter(({ bars }) => bars.length > 0);
};

const drawResults = async (results: Results): Promise<string> => {
  const Plot = await import('@observablehq/plot');
  // Its types are a package of their own.
  const { JSDOM } = (await import('jsdom' as string)) as {
    JSDOM: new () => { window: { document: Document } };
  };
  return drawPicture(
    { Plot: Plot as Plotting, document: new JSDOM().window.document },
    {
      title: 'Browser trackers, side by side',
      subtitle: `${results.date.slice(0, 10)} · ${results.browser} · less is better in each panel · bars start at zero`,
      panels: panels(results),
      ours: results.subjects.filter(({ name }) => name.startsWith('nitka')).map(({ title }) => title),
    },
  );
};

/**
 * Draws the picture and rewrites the documents between their markers.
 * @returns what was written, below the repository's root
 */
export const writeReport = async (results: Results): Promise<string[]> => {
  const root = new URL('../../', import.meta.url);
  const picture = 'docs/images/bench-browser.svg';
  await mkdir(new URL('docs/images/', root), { recursive: true });
  await writeFile(new URL(picture, root), `${await drawResults(results)}\n`);
  const summary = `${markdownTable(summaryTable(results), ours)}\n\n![Browser trackers, side by side](${picture})`;
  const written = [picture];
  if (await rewriteBetween(new URL('docs/benchmarks.md', root), 'bench:browser', documentText(results))) {
    written.push('docs/benchmarks.md');
  }
  if (await rewriteBetween(new URL('README.md', root), 'bench:browser', summary)) written.push('README.md');
  return written;
};
