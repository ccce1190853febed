import type { Closable } from './platform.ts';

const signals = ['SIGTERM', 'SIGINT'] as const;

/** The trackers of this process: they share one set of handlers, or Node would warn of a leak at the eleventh. */
const open = new Set<Closable>();

let isEnding = false;

const closeAll = async (): Promise<void> => {
  await Promise.all([...open].map((tracker) => tracker.close()));
};

/**
 * Without a handler Node ends at once. Having one, it goes on: so the signal is raised again when the trackers are
 * closed. A host with a handler of its own decides itself when to end; then the events are only sent.
 */
const onSignal = (signal: NodeJS.Signals): void => {
  if (process.listenerCount(signal) > 1) {
    for (const tracker of open) void tracker.flush();
    return;
  }
  if (isEnding) return;
  isEnding = true;
  void closeAll().finally(() => {
    for (const each of signals) process.off(each, onSignal);
    process.kill(process.pid, signal);
  });
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

/** Flushes and closes a tracker in time when the process ends. @returns ends the watch */
export const watchExit = (tracker: Closable): (() => void) => {
  if (open.size === 0) {
    for (const signal of signals) process.on(signal, onSignal);
    process.on('beforeExit', onBeforeExit);
    process.on('exit', onExit);
  }
  open.add(tracker);
  return () => {
    open.delete(tracker);
    if (open.size > 0) return;
    for (const signal of signals) process.off(signal, onSignal);
    process.off('beforeExit', onBeforeExit);
    process.off('exit', onExit);
  };
};
