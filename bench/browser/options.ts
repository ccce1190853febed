import { parseArgs } from 'node:util';

export interface Options {
  readonly repetitions: number;
  /** Subject names; empty: all. */
  readonly only: readonly string[];
  /** Scenario names; empty: all. */
  readonly scenarios: readonly string[];
  /** Measures to take; empty: all. */
  readonly measures: readonly string[];
  /** Visitors at once in the delivery scenarios. */
  readonly lanes: number;
  /** Path of the Chromium to measure in; the one that the tests would start without it. */
  readonly chromium: string | undefined;
  /** Measure nothing: print and write what the newest results say. */
  readonly reportOnly: boolean;
  /** Write results, picture and documents. */
  readonly write: boolean;
}

export const measureNames = ['bytes', 'start', 'first', 'call', 'heap', 'delivery', 'identity'] as const;

const usage = `pnpm bench browser [options]

  --quick              one repetition (three otherwise; start and call take more)
  --repetitions <n>    as many as you like
  --only <a,b>         only these libraries: nitka, nitka-core, posthog, segment, snowplow, rudderstack,
                       amplitude, mixpanel
  --measure <a,b>      only these: ${measureNames.join(', ')}
  --scenario <a,b>     only these delivery scenarios: steady, leave, close, outage, offline, reset,
                       swallow, tabs, burst
  --lanes <n>          visitors at once in the delivery scenarios (4)
  --chromium <path>    in this Chromium; otherwise the system's, or the one that an npm package carries
  --report             no measurement: tables and picture anew from results/latest.json
  --no-write           print only: results, picture and documents stay as they are
`;

const names = (value: string | undefined): string[] => value?.split(',').map((name) => name.trim()) ?? [];

/** Reads the command line; prints the usage and ends for `--help` and for what it does not know. */
export const readOptions = (args: readonly string[]): Options => {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        quick: { type: 'boolean', default: false },
        repetitions: { type: 'string' },
        only: { type: 'string' },
        measure: { type: 'string' },
        scenario: { type: 'string' },
        lanes: { type: 'string', default: '4' },
        chromium: { type: 'string' },
        report: { type: 'boolean', default: false },
        write: { type: 'boolean', default: true },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const partial = [values.only, values.measure, values.scenario].some((value) => value !== undefined);
    return {
      repetitions: Math.max(1, Number(values.repetitions ?? (values.quick ? 1 : 3)) || 1),
      only: names(values.only),
      scenarios: names(values.scenario),
      measures: names(values.measure),
      lanes: Math.max(1, Number(values.lanes) || 1),
      chromium: values.chromium,
      reportOnly: values.report,
      // A part of the comparison must not replace the whole of it.
      write: values.write && !partial,
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
};
