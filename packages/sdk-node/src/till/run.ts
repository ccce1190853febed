import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { NitkaError } from '@nitka/core';
import { diskQueue } from '../disk/index.ts';
import { createTracker } from '../index.ts';
import type { TrackerQueue } from '../options.ts';
import type { Tracker } from '../tracker.ts';
import { version } from '../version.ts';
import { createBadLines } from './bad-lines.ts';
import { drain } from './drain.ts';
import { exitCodes } from './exit-codes.ts';
import { createInbox, type Look } from './inbox.ts';
import { takeIn } from './intake.ts';
import { readTillOptions, usage, UsageError, type TillOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { readStatus, statusText } from './status.ts';
import { createVoice, type Voice } from './voice.ts';

export interface TillParts {
  readonly stdin: Readable;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { readonly isTTY?: boolean | undefined; write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the command in order: what was taken is stored. */
  readonly signal: AbortSignal;
}

/** What a command needs. */
interface Work {
  readonly tracker: Tracker;
  readonly options: TillOptions;
  readonly parts: TillParts;
  readonly voice: Voice;
}

/** Opens the queue before anything is read. @returns why there is none to be had */
const openQueue = async ({ storage }: TrackerQueue, voice: Voice): Promise<NitkaError | undefined> => {
  try {
    await storage.open?.();
    return undefined;
  } catch (error) {
    // It may only say what was saved out of a damaged queue, which is open then.
    voice.sayOnce(error as NitkaError);
    return storage.open?.().then(
      () => undefined,
      (fault: NitkaError) => fault,
    );
  }
};

const openTracker = (options: TillOptions, queue: TrackerQueue, voice: Voice): Tracker => {
  const tracker = createTracker({
    writeKey: options.writeKey,
    endpoint: options.endpoint,
    queue,
    gzip: options.gzip,
    shutdown: false,
    context: { channel: 'till' },
  });
  tracker.on('error', (error) => {
    // Bad lines are told in the summary, with their number.
    if (/^(?:delivery|storage|queue|event_expired)/.test(error.code)) voice.sayOnce(error);
  });
  tracker.on('sent', ({ rejected }) => {
    voice.forget();
    for (const { error } of rejected) voice.sayOnce(error, 'an event is in the rejects of the collector, ');
  });
  return tracker;
};

const badFile = ({ queue }: TillOptions): string => join(queue, 'bad.ndjson');

const send = async ({ tracker, options, parts: { stdin, signal } }: Work): Promise<Look> => {
  const bad = createBadLines(badFile(options));
  const intake = await takeIn(tracker, stdin, { name: 'stdin', isRepeatable: false, bad, signal });
  return { ...intake, bad: bad.count() };
};

const watch = async ({ tracker, options, parts: { signal }, voice }: Work): Promise<Look> => {
  const inbox = createInbox(tracker, options.inbox, { keepDays: options.keepDays, signal });
  if (!options.once)
    voice.say(`watching ${resolve(options.inbox)}, events wait in ${resolve(options.queue)}`);
  let sum: Look = { stored: 0, bad: 0, failure: undefined };
  while (!signal.aborted) {
    const { stored, bad, failure } = await inbox.look(Date.now());
    sum = { stored: sum.stored + stored, bad: sum.bad + bad, failure };
    if (options.once && (failure || (await inbox.waiting()) === 0)) break;
    if (failure) voice.sayOnce(failure);
    // A queue that is full gets room again when the collector is back: the file is gone on with.
    await wait(options.interval * 1000, undefined, { signal }).catch(() => {});
  }
  return sum;
};

const codeOf = ({ bad, failure }: Look, refused: number, isPending: boolean): number => {
  if (failure) return exitCodes.notStored;
  if (bad > 0) return exitCodes.badLines;
  if (refused > 0) return exitCodes.refused;
  return isPending ? exitCodes.pending : exitCodes.done;
};

const status = async (options: TillOptions, { stdout }: TillParts): Promise<number> => {
  const found = await readStatus(options.queue);
  stdout.write(`${options.json ? JSON.stringify(found) : statusText(found)}\n`);
  return exitCodes.done;
};

/** Milliseconds to send the last batch when the command is stopped. */
const lastFlush = 2000;

const commands: Record<'send' | 'watch' | 'drain', (work: Work) => Promise<Look>> = {
  send,
  watch,
  drain: async () => ({ stored: 0, bad: 0, failure: undefined }),
};

const work = async (
  command: keyof typeof commands,
  options: TillOptions,
  parts: TillParts,
): Promise<number> => {
  const { signal } = parts;
  const voice = createVoice(parts.stderr);
  const queue = diskQueue({ folder: options.queue, maxBytes: options.maxBytes });
  const tracker = openTracker(options, queue, voice);
  let refused = 0;
  tracker.on('sent', ({ rejected }) => void (refused += rejected.length));
  tracker.on('dropped', (code, count) => void (refused += code === 'delivery_refused' ? count : 0));
  const run = async (): Promise<Look> => {
    // A service waits for its disk; whoever runs a command is to know at once.
    const isService = command === 'watch' && !options.once;
    const failure = isService ? undefined : await openQueue(queue, voice);
    return failure ? { stored: 0, bad: 0, failure } : commands[command]({ tracker, options, parts, voice });
  };
  const found = await run().catch(async (error: unknown) => {
    // What was taken before it broke off waits on the disk.
    await tracker.close({ timeout: 0 });
    throw error;
  });
  // A service that is stopped leaves what waits to its next start.
  const isWaiting = options.timeout > 0 && !(command === 'watch' && signal.aborted);
  const progress = createProgress(parts.stderr, () => performance.now());
  await drain(tracker, { seconds: options.timeout, signal, progress });
  const { pending } = await tracker.close({ timeout: signal.aborted ? lastFlush : 0 });
  const { stored, bad, failure } = found;
  if (failure) voice.sayOnce(failure);
  const place = command === 'watch' ? join(options.inbox, 'bad') : badFile(options);
  if (bad > 0) voice.say(`${bad} bad lines are kept with their reasons in ${resolve(place)}`);
  if (refused > 0)
    voice.say(`${refused} events were refused by the collector, which keeps them in its rejects`);
  voice.say(`${stored} events stored, ${pending} wait`);
  return codeOf(found, refused, pending > 0 && isWaiting);
};

/** Runs one command. @returns its exit code */
export const runTill = async (args: readonly string[], parts: TillParts): Promise<number> => {
  try {
    const options = readTillOptions(args, parts.env);
    if (options === 'help' || options === 'version') {
      parts.stdout.write(`${options === 'help' ? usage : version}\n`);
      return exitCodes.done;
    }
    const { command } = options;
    return await (command === 'status' ? status(options, parts) : work(command, options, parts));
  } catch (error) {
    const isUsage =
      error instanceof UsageError || (error instanceof NitkaError && error.code === 'invalid_option');
    const more = isUsage ? 'See nitka-till --help\n' : '';
    parts.stderr.write(`nitka-till: ${(error as Error).message}\n${more}`);
    return isUsage ? exitCodes.usage : exitCodes.notStored;
  }
};
