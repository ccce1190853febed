import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';

export const usage = `nitka-till: sends events of tills and other programs durably to a Nitka collector.

  nitka-till send              reads events from standard input, one JSON object a line
  nitka-till watch <folder>    sends the *.ndjson files that other programs put into the folder
  nitka-till drain             sends what waits
  nitka-till status            says what waits (--json for programs)

  --queue <folder>       where events wait                  NITKA_QUEUE      (./nitka-queue)
  --endpoint <address>   of the collector                   NITKA_ENDPOINT
  --write-key <key>      of a server source; better by      NITKA_WRITE_KEY
  --max-bytes <n>        that may wait                                       (1073741824)
  --timeout <seconds>    to wait for the collector at the end; 0: only store (60)
  --once                 watch: ends when the folder is empty
  --interval <seconds>   watch: between two looks                            (1)
  --keep-days <n>        watch: sent files are kept in <folder>/done         (7)
  --gzip                 compress requests
  --json                 status as JSON

Exit codes: 0 done, 2 wrong options, 3 stored but not all delivered, 4 bad lines kept aside, 5 not stored,
            6 refused by the collector.
A line, in UTF-8:
  {"event":"Order Completed","key":["order","shop-17","till-2",48121],"phone":"8 (999) 555-11-22",
   "timestamp":"2026-11-20T19:04:05+05:00","properties":{"order_id":"48121","currency":"RUB","total":"1990.10"}}
  (here in two lines, in the file in one)
More: docs/tills.md`;

export interface TillOptions {
  readonly command: 'send' | 'watch' | 'drain' | 'status';
  readonly inbox: string;
  readonly queue: string;
  readonly endpoint: string;
  readonly writeKey: string;
  readonly maxBytes: number;
  /** Seconds. */
  readonly timeout: number;
  readonly once: boolean;
  /** Seconds. */
  readonly interval: number;
  readonly keepDays: number;
  readonly gzip: boolean;
  readonly json: boolean;
}

/** A fault of the command line, told to the user as it is. */
export class UsageError extends Error {}

const number = (text: string, name: string, least = 0): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least)
    throw new UsageError(`--${name} must be a number, ${least} or more`);
  return value;
};

const wholeNumber = (text: string, name: string): number => {
  const value = number(text, name, 1);
  if (!Number.isSafeInteger(value)) throw new UsageError(`--${name} must be a whole number`);
  return value;
};

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        queue: { type: 'string' },
        endpoint: { type: 'string' },
        'write-key': { type: 'string' },
        'max-bytes': { type: 'string', default: String(1024 ** 3) },
        timeout: { type: 'string', default: '60' },
        once: { type: 'boolean', default: false },
        interval: { type: 'string', default: '1' },
        'keep-days': { type: 'string', default: '7' },
        gzip: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    // Node goes on to explain how an argument could begin with a dash.
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
};

const isCommand = (name: string | undefined): name is TillOptions['command'] =>
  name === 'send' || name === 'watch' || name === 'drain' || name === 'status';

/** @throws UsageError */
export const readTillOptions = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): TillOptions | 'help' | 'version' => {
  const { values, positionals } = parse(args);
  if (values.help || args.length === 0) return 'help';
  if (values.version) return 'version';
  const [command, inbox = ''] = positionals;
  if (!isCommand(command))
    throw new UsageError(
      command ? `there is no command ${command}` : 'which command? send, watch, drain or status',
    );
  if (command === 'watch' && inbox === '') throw new UsageError('watch needs the folder to watch');
  if (command === 'watch' && !isFolder(inbox)) throw new UsageError(`${inbox} is no folder`);
  if (positionals.length > (command === 'watch' ? 2 : 1)) {
    throw new UsageError(
      `${command} does not take ${positionals.at(-1)}${command === 'send' ? ': use < file' : ''}`,
    );
  }
  const endpoint = values.endpoint ?? env['NITKA_ENDPOINT'] ?? '';
  const writeKey = values['write-key'] ?? env['NITKA_WRITE_KEY'] ?? '';
  if (command !== 'status' && (endpoint === '' || writeKey === '')) {
    const missing = [endpoint === '' && 'NITKA_ENDPOINT', writeKey === '' && 'NITKA_WRITE_KEY'].filter(
      Boolean,
    );
    throw new UsageError(
      `the address of the collector and the write key are needed; set ${missing.join(' and ')}`,
    );
  }
  return {
    command,
    inbox,
    queue: (values.queue ?? env['NITKA_QUEUE']) || './nitka-queue',
    endpoint,
    writeKey,
    maxBytes: wholeNumber(values['max-bytes'], 'max-bytes'),
    timeout: number(values.timeout, 'timeout'),
    once: values.once,
    interval: number(values.interval, 'interval', 0.01),
    keepDays: number(values['keep-days'], 'keep-days'),
    gzip: values.gzip,
    json: values.json,
  };
};
