import type { PluginHost } from '../../plugin.ts';
import { guarded, soon } from '../parts/guard.ts';

type Metrika = ((...args: unknown[]) => unknown) & { a?: ArrayLike<unknown>[] };

/**
 * Sees the calls of `ym`. Its stub is replaced by the real function when that has loaded, so the global becomes an
 * accessor that wraps whatever is assigned. The wrapper is a proxy: what Metrika keeps on its function (`a`, `l`) is
 * still read and written there.
 */
export const watchMetrika = (
  host: PluginHost,
  take: (counter: unknown, goal: string, parameters: unknown) => void,
): (() => void) => {
  const { window } = host;
  const page = window as unknown as { ym?: Metrika };
  let active = true;
  let real: Metrika | undefined;
  let wrapped: Metrika | undefined;

  const read = ([counter, method, goal, parameters]: ArrayLike<unknown> & Iterable<unknown>): void => {
    if (!active || method !== 'reachGoal' || typeof goal !== 'string') return;
    guarded(host, () => take(counter, goal, parameters ?? {}));
  };
  const wrap = (given: Metrika | undefined): void => {
    real = given;
    wrapped =
      typeof given === 'function'
        ? new Proxy(given, {
            apply(target, self, args) {
              read(args);
              return target.apply(self, args);
            },
          })
        : given;
  };

  // Calls that still wait in the stub; the real function takes them from there itself.
  wrap(page.ym);
  const waiting = Array.from(real?.a ?? [], (call) => Array.from(call));
  soon(host, () => waiting.forEach(read));
  const before = Object.getOwnPropertyDescriptor(page, 'ym');
  try {
    Object.defineProperty(page, 'ym', {
      configurable: true,
      enumerable: true,
      get: () => wrapped,
      set: (given: Metrika) => {
        if (given !== wrapped) wrap(given);
      },
    });
  } catch {
    // Declared by the page itself, it cannot become an accessor; it can be wrapped as it is.
    page.ym = wrapped!;
  }
  return () => {
    active = false;
    try {
      if (page.ym !== wrapped) return;
      if (!before && !real) delete page.ym;
      else
        Object.defineProperty(page, 'ym', {
          value: real,
          configurable: true,
          enumerable: true,
          writable: true,
        });
    } catch {
      page.ym = real!;
    }
  };
};
