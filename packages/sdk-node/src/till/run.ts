import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { NitkaError } from '@nitka/core';
import { diskQueue } from '../disk/index.ts';
import { createTracker } from '../index.ts';
import type { Tracker } from '../tracker.ts';
import { version } from '../version.ts';
import { keepBadLines } from './bad-lines.ts';
import { drain } from './drain.ts';
import { exitCodes } from './exit-codes.ts';
import { createInbox } from './inbox.ts';
import { takeIn } from './intake.ts';
import { readTillOptions, usage, UsageError, type TillOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { readStatus } from './status.ts';

export interface TillParts {
  readonly stdin: Readable;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { readonly isTTY?: boolean | undefined; write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the command in order: what was taken is stored. */
  readonly signal: AbortSignal;
}

interface Outcome {
  readonly stored: number;
  readonly bad: number;
  readonly failure: NitkaError | undefined;
}

const openTracker = (options: TillOptions, say: (text: string) => void): Tracker => {
  const tracker = createTracker({
    writeKey: options.writeKey,
    endpoint: options.endpoint,
    queue: diskQueue({ folder: options.queue, maxBytes: options.maxBytes }),
    gzip: options.gzip,
    shutdown: false,
    context: { channel: 'till' },
  });
  let last = '';
  tracker.on('error', ({ code, message }) => {
    // A collector that is away for a week says so once. Bad lines are told in the summary.
    if (message === last || !/^(?:delivery|storage|queue|event_expired)/.test(code)) return;
    last = message;
    say(`${code}: ${message}`);
  });
  tracker.on('sent', () => (last = ''));
  return tracker;
};

const send = async (tracker: Tracker, options: TillOptions, { stdin }: TillParts): Promise<Outcome> => {
  const { stored, bad, failure } = await takeIn(tracker, stdin, { name: 'stdin', isRepeatable: false });
  await keepBadLines(join(options.queue, 'bad.ndjson'), bad);
  return { stored, bad: bad.length, failure };
};

const watch = async (tracker: Tracker, options: TillOptions, { signal }: TillParts): Promise<Outcome> => {
  const inbox = createInbox(tracker, options.inbox, options.keepDays);
  let sum: Outcome = { stored: 0, bad: 0, failure: undefined };
  while (!signal.aborted) {
    const { stored, bad, failure } = await inbox.look(Date.now());
    sum = { stored: sum.stored + stored, bad: sum.bad + bad, failure };
    if (options.once && (failure || (await inbox.waiting()) === 0)) break;
    // A queue that is full gets room again when the collector is back: the file is tried once more.
    await wait(options.interval * 1000, undefined, { signal }).catch(() => {});
  }
  return sum;
};

const codeOf = ({ bad, failure }: Outcome, pending: number, isWaiting: boolean): number => {
  if (failure) return exitCodes.notStored;
  if (bad > 0) return exitCodes.badLines;
  return pending > 0 && isWaiting ? exitCodes.pending : exitCodes.done;
};

const status = async (options: TillOptions, { stdout }: TillParts): Promise<number> => {
  const found = await readStatus(options.queue);
  const { pending, pendingBytes, oldest } = found;
  const text =
    pending === 0
      ? 'nothing waits'
      : `${pending} events wait (${pendingBytes} bytes), the oldest since ${oldest}`;
  stdout.write(options.json ? `${JSON.stringify(found)}\n` : `${text}\n`);
  return exitCodes.done;
};

/** Milliseconds to send the last batch when the command is stopped. */
const lastFlush = 2000;

const work = async (options: TillOptions, parts: TillParts): Promise<number> => {
  const say = (text: string): void => void parts.stderr.write(`nitka-till: ${text}\n`);
  const tracker = openTracker(options, say);
  const empty: Outcome = { stored: 0, bad: 0, failure: undefined };
  let outcome = empty;
  if (options.command === 'send') outcome = await send(tracker, options, parts);
  if (options.command === 'watch') outcome = await watch(tracker, options, parts);
  // A service that is stopped leaves what waits to its next start.
  const isWaiting = options.timeout > 0 && !(options.command === 'watch' && parts.signal.aborted);
  const progress = createProgress(parts.stderr, () => performance.now());
  const pending = await drain(tracker, { seconds: options.timeout, signal: parts.signal, progress });
  await tracker.close({ timeout: parts.signal.aborted ? lastFlush : 0 });
  const { stored, bad, failure } = outcome;
  if (failure) say(`${failure.code}: ${failure.message}`);
  if (bad > 0) say(`${bad} bad lines are kept with their reasons`);
  say(`${stored} events stored, ${pending} wait`);
  return codeOf(outcome, pending, isWaiting);
};

/** Runs one command. @returns its exit code */
export const runTill = async (args: readonly string[], parts: TillParts): Promise<number> => {
  try {
    const options = readTillOptions(args, parts.env);
    if (options === 'help' || options === 'version') {
      parts.stdout.write(`${options === 'help' ? usage : version}\n`);
      return exitCodes.done;
    }
    return await (options.command === 'status' ? status(options, parts) : work(options, parts));
  } catch (error) {
    const isUsage =
      error instanceof UsageError || (error instanceof NitkaError && error.code === 'invalid_option');
    parts.stderr.write(`nitka-till: ${(error as Error).message}\n${isUsage ? '\n' + usage + '\n' : ''}`);
    return isUsage ? exitCodes.usage : exitCodes.notStored;
  }
};
