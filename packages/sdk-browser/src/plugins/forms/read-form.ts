import type { FieldCopy } from './copies.ts';

/** As typed: the tracker normalises and hashes. */
export interface Identifiers {
  phone?: string | undefined;
  email?: string | undefined;
}

/** Tells the visitor's phone and e-mail from the fields of a form. */
export type ReadForm = (
  root: Element,
  copies: readonly FieldCopy[],
  callingCode?: string | number,
) => Identifiers;

/** Runs a task, at once or in its turn, with what reads forms. */
export type WithReader = (task: (read: ReadForm) => void) => void;
