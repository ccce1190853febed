import { attempt } from '../../attempt.ts';
import type { PluginHost } from '../../plugin.ts';
import { guarded } from './guard.ts';

type Anything = (...args: never[]) => unknown;

/**
 * Lets `before` see each call of a method of the page, then runs the method with the same `this`, arguments and
 * answer. A patch that someone laid over ours cannot be taken out of their closure, so undoing also silences ours.
 */
export const patch = <Name extends PropertyKey, Method extends Anything>(
  host: PluginHost,
  owner: { [name in Name]?: Method } | undefined,
  name: Name,
  before: (self: unknown, args: Parameters<Method>) => void,
): (() => void) => {
  const original = owner?.[name];
  if (!owner || typeof original !== 'function') return () => {};
  let active = true;
  const own = Object.getOwnPropertyDescriptor(owner, name);
  const patched = function (this: unknown, ...args: Parameters<Method>) {
    if (active) guarded(host, () => before(this, args));
    return original.apply(this, args);
  };
  // Frozen by the page: the plugin does without.
  attempt(() => (owner[name] = patched as unknown as Method));
  return () => {
    active = false;
    attempt(() => {
      if (owner[name] !== (patched as unknown)) return;
      if (own) Object.defineProperty(owner, name, own);
      else delete owner[name];
    });
  };
};
