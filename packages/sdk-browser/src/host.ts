import type { ErrorCode, EventContext, EventType } from '@nitka/core';
import type { Tracker } from './api.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Settings } from './options.ts';
import type { Plugin, PluginHost } from './plugin.ts';
import type { TextStore } from './storage/text-store.ts';

export interface HostParts {
  readonly page: Window & typeof globalThis;
  readonly tracker: Tracker;
  readonly settings: Settings;
  /** Undefined without consent. */
  readonly visitorId: () => string | undefined;
  readonly listen: Lifecycle['listen'];
  readonly report: (code: ErrorCode, detail?: string) => void;
  /** Keeps what a task throws from the page. */
  readonly guard: <Args extends unknown[], Result>(
    task: (...args: Args) => Result,
  ) => (...args: Args) => Result;
}

/** The plugins of a tracker. */
export interface Plugins {
  start(): void;
  /** An id from elsewhere. */
  offerId(): string | undefined;
  /** What they add to the context of an event. */
  context(store: TextStore): EventContext;
  /** An event was made. */
  kept(type: EventType, text: string): void;
  /** Events may be made from now on. */
  allow(): void;
  leave(): void;
  close(): void;
}

export const createPlugins = ({
  page,
  tracker,
  settings,
  visitorId,
  listen,
  report,
  guard,
}: HostParts): Plugins => {
  // As the site gave them: perhaps one without its list, and what `condition && forms()` leaves behind.
  const plugins = ([] as (Plugin | undefined)[]).concat(settings.plugins).filter((plugin) => !!plugin);
  const leaveTasks: (() => void)[] = [];
  const allowedTasks: (() => void)[] = [];
  const enrichers: Parameters<PluginHost['enrich']>[0][] = [];
  const undo: (() => void)[] = [];
  let isAllowed = false;
  const runAll = (tasks: readonly (() => void)[]): void => tasks.forEach((task) => guard(task)());

  const host: PluginHost = {
    ...tracker,
    window: page,
    callingCode: settings.callingCode,
    visitorId,
    listen,
    onLeave: (task) => void leaveTasks.push(task),
    whenAllowed: (task) => void (isAllowed ? guard(task)() : allowedTasks.push(task)),
    enrich: (fields) => void enrichers.push(fields),
    report,
  };

  return {
    offerId: () => plugins.map((plugin) => plugin.offerId?.(page)).find(Boolean),

    start() {
      if (settings.debug) console.log('nitka', 'start', settings);
      for (const plugin of plugins) {
        try {
          const stop = plugin(host) ?? (() => {});
          undo.push(stop);
          // `plugins: [forms]`: called with the host for its options, it gives a plugin, which nobody has called.
          if (stop.length) report('plugin_failed', 'not called');
        } catch (error) {
          // The kind of fault only: a message may quote what the visitor typed.
          report('plugin_failed', (error as Error | undefined)?.name);
        }
      }
    },

    context: (store) => Object.assign({}, ...enrichers.map((fields) => guard(fields)(store))) as EventContext,

    allow() {
      isAllowed = true;
      runAll(allowedTasks.splice(0));
    },

    kept(type, text) {
      // As an object, which a console lets one open.
      if (settings.debug) console.log('nitka', type, JSON.parse(text));
    },

    leave: () => runAll(leaveTasks),
    close: () => runAll(undo),
  };
};
