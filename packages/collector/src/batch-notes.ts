import type { IdentityVerdict } from '@nitka/core';
import type { Marks } from './enrich.ts';

/** What the collector itself has found out about events of a request, by messageId: `nitka` in `batch_context`. */
export interface BatchNotes {
  /** By column: why a value that stood there is no key to a person. */
  readonly blocked?: Record<string, Marks['blocked']>;
  /** What the site's server says of the user that a page names. */
  readonly identity?: Record<string, IdentityVerdict>;
}

export const notesOf = (marks: Readonly<Record<string, Marks>>): BatchNotes => {
  const entries = Object.entries(marks);
  const blocked = entries.flatMap(([id, of]) => (of.blocked ? [[id, of.blocked] as const] : []));
  const identity = entries.flatMap(([id, of]) => (of.identity ? [[id, of.identity] as const] : []));
  return {
    ...(blocked.length > 0 && { blocked: Object.fromEntries(blocked) }),
    ...(identity.length > 0 && { identity: Object.fromEntries(identity) }),
  };
};
