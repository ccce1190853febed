import type { PluginHost } from '../../plugin.ts';

/** Runs a task whose faults stay inside. The kind of fault only is told: a message may quote what was typed. */
export const guarded = (host: PluginHost, task: () => void): void => {
  try {
    task();
  } catch (error) {
    host.report('plugin_failed', (error as Error | undefined)?.name);
  }
};

/** Runs a task when the script that runs now is through: calls made before the tracker's script had loaded go first. */
export const soon = (host: PluginHost, task: () => void): void => {
  void Promise.resolve().then(() => guarded(host, task));
};
