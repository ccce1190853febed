import type { Plugin } from '../plugin.ts';
import { withoutPersonal } from './errors/scrub.ts';

export interface ErrorsOptions {
  /**
   * Different errors told of in one page.
   * @default 10
   */
  limit?: number;
  /** Messages that match are not told of, besides the harmless ones of ResizeObserver. */
  ignore?: RegExp;
}

/** Faults of the visitor's own extensions, and one that browsers raise by design: https://github.com/w3c/csswg-drafts/issues/5023 */
const notOfThePage = /-extension:\/\/|ResizeObserver loop/;

/**
 * `Error Occurred` for errors and rejected promises that the page did not catch, each once. Queries of addresses and
 * what looks personal is taken out of the texts.
 *
 * @example createTracker({ writeKey, endpoint, plugins: [errors({ ignore: /chunk/ })] })
 */
export const errors =
  ({ limit = 10, ignore }: ErrorsOptions = {}): Plugin =>
  (host) => {
    const told = new Set<string>();

    const tell = (
      kind: string,
      thrown: unknown,
      more: { message?: string; source?: string; line?: number; column?: number; crossOrigin?: true },
    ): void => {
      const { name, message, stack } = (thrown ?? {}) as Partial<Error>;
      const text = (part: unknown, length: number): string | undefined =>
        part ? withoutPersonal(String(part).slice(0, 4 * length)).slice(0, length) : undefined;
      const said = text(message || more.message || String(thrown), 500);
      const whole = `${said}${stack}${more.source}${more.line}`;
      if (told.size >= limit || told.has(whole) || notOfThePage.test(whole) || ignore?.test(whole)) return;
      told.add(whole);
      host.track('Error Occurred', {
        ...more,
        kind,
        name: text(name, 100),
        message: said,
        stack: text(stack, 2000),
      });
    };

    host.listen(host.window, 'error', (event) => {
      const { error, message, filename, lineno: line, colno: column } = event as ErrorEvent;
      // A picture that did not load has no message.
      if (!message) return;
      // Browsers hide what scripts of other sites throw, unless loaded with crossorigin.
      const hidden = !error && !line && /^script error/i.test(message);
      tell('error', error, {
        message,
        ...(hidden ? { crossOrigin: true } : { source: withoutPersonal(filename), line, column }),
      });
    });
    host.listen(host.window, 'unhandledrejection', (event) => {
      tell('rejection', (event as PromiseRejectionEvent).reason, {});
    });
  };
