import type { Closable } from './platform.ts';
import { shareInProcess } from './shared.ts';

const signals = ['SIGTERM', 'SIGINT'] as const;

/** Milliseconds: npm hands a Ctrl+C on that the terminal has given to all programs already. */
const oneAndTheSame = 1000;

/**
 * The trackers of this process, whichever copy of this module made them. They share one set of handlers: at the eleventh Node would warn of
 * a leak, and two copies would each take the other for a handler of the host, so that the process would never end.
 */
const shared = shareInProcess('shutdown.2', () => ({
  open: new Set<Closable>(),
  /** Milliseconds of `performance.now()` at the first signal. */
  endingSince: undefined as number | undefined,
  /** Takes the handlers away; undefined while there are none. */
  stop: undefined as (() => void) | undefined,
}));

const { open } = shared;

const closeAll = async (): Promise<void> => {
  await Promise.all([...open].map((tracker) => tracker.close()));
};

/** Ends the process as the signal would have done without a handler. */
const endBy = (signal: NodeJS.Signals): void => {
  for (const each of signals) process.off(each, onSignal);
  process.kill(process.pid, signal);
};

/**
 * Without a handler Node ends at once. Having one, it goes on: so the signal is raised again when the trackers are
 * closed, or when it comes a second time. A host with a handler of its own decides itself when to end; then the events
 * are only sent.
 */
const onSignal = (signal: NodeJS.Signals): void => {
  if (process.listenerCount(signal) > 1) {
    for (const tracker of open) void tracker.flush();
    return;
  }
  if (shared.endingSince !== undefined) {
    if (performance.now() - shared.endingSince < oneAndTheSame) return;
    // A signal ends the process without its `exit` event.
    onExit();
    return endBy(signal);
  }
  shared.endingSince = performance.now();
  void closeAll().finally(() => endBy(signal));
};

/** Emitted again and again as long as work is added, so a flush that fails must not add any. */
const onBeforeExit = (): void => {
  for (const tracker of open) void tracker.flush();
  process.off('beforeExit', onBeforeExit);
};

const onExit = (): void => {
  for (const tracker of open) {
    try {
      tracker.saveNow();
    } catch (error) {
      console.error(`nitka: events could not be saved at exit: ${String(error)}`);
    }
    const lost = tracker.atRisk();
    if (lost > 0) console.error(`nitka: ${lost} events were not delivered before the process ended`);
  }
};

const listen = (): (() => void) => {
  for (const signal of signals) process.on(signal, onSignal);
  process.on('beforeExit', onBeforeExit);
  process.on('exit', onExit);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
    process.off('beforeExit', onBeforeExit);
    process.off('exit', onExit);
  };
};

/** Flushes and closes a tracker in time when the process ends. @returns ends the watch */
export const watchExit = (tracker: Closable): (() => void) => {
  shared.stop ??= listen();
  open.add(tracker);
  return () => {
    open.delete(tracker);
    if (open.size > 0) return;
    shared.stop?.();
    shared.stop = undefined;
  };
};
