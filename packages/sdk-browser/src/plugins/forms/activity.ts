import type { PluginHost } from '../../plugin.ts';
import { closest, isIgnored, parentOf, targetOf } from '../parts/tree.ts';
import { describe } from './describe.ts';

/** Remembers which forms were begun, and tells of those that are left unsent. */
export const trackActivity = (host: PluginHost): { done(form: Element): void } => {
  const begun = new Map<Element, Set<string>>();
  const told = new WeakSet<Element>();
  host.listen(
    host.window,
    'input',
    (event) => {
      const field = targetOf(event) as HTMLInputElement | undefined;
      if (!field || isIgnored(field)) return;
      const form = closest(field, 'form') ?? parentOf(field);
      // Element ids and names only. A page that makes forms without end must not grow the map without end.
      if (!form || told.has(form) || (begun.size >= 20 && !begun.has(form))) return;
      const fields = begun.get(form) ?? new Set();
      const name = field.name || field.id || field.type;
      fields.delete(name);
      begun.set(form, fields.add(name));
    },
    { capture: true },
  );
  host.onLeave(() => {
    for (const [form, names] of begun) {
      told.add(form);
      const fields = [...names];
      host.track('Form Abandoned', { ...describe(form), fields, lastField: fields[fields.length - 1] });
    }
    begun.clear();
  });
  return {
    done(form) {
      // Without a form element, what was sent is a block around what was begun.
      for (const other of begun.keys()) if (form.contains(other) || other.contains(form)) begun.delete(other);
    },
  };
};
