import type { PluginHost } from '../../plugin.ts';
import { isIgnored } from '../parts/tree.ts';
import { blockAround, buttonAround } from './block.ts';
import { carries, textOf } from './body.ts';
import { copyFields } from './copies.ts';
import { identifiersOf, type Identifiers } from './identifiers.ts';
import { patience, type Judge } from './moments.ts';

/** How long a visitor may take from one step of a form to the next. */
const betweenSteps = 600_000;
/** The same contents within this time are one submission: submit event, then script. */
const oneSubmission = 60_000;

/** What a judge has found: nothing where the form has no identifier of the visitor. */
type Tell = (form: Element, found: Identifiers) => void;

/**
 * Tells each submission of a form or of a block that serves as one: native, or sent by a script with or without a
 * submit event. A click alone proves nothing (the page may refuse the form), so without a submit event the sign is a
 * request that carries the value, soon after a click or Enter in the form.
 */
export const createJudge = ({ callingCode }: PluginHost, tell: Tell): Judge => {
  /** The button may stand outside the form, so the contents tell one submission rather than the element. */
  let last: unknown;
  let lastAt = 0;
  /** What the latest clicks saw, over the steps of a form whose earlier fields are gone from the page. */
  let draft: { root: Element; found: Identifiers; at: number } | undefined;

  const submitted = (root: Element, found: Identifiers, at: number): void => {
    const contents = contentsOf(found);
    if (contents) draft = undefined;
    if (last === (contents || root) && at - lastAt < oneSubmission) return;
    last = contents || root;
    lastAt = at;
    tell(root, found);
  };

  const arm = (root: Element | undefined, { phone, email }: Identifiers, at: number): boolean => {
    const kept = draft && at - draft.at < betweenSteps ? draft.found : {};
    const found = { phone: phone ?? kept.phone, email: email ?? kept.email };
    if (!root || !contentsOf(found)) return false;
    draft = { root, found, at };
    return true;
  };

  const onRequest = (text: string, at: number): void => {
    if (!draft || at - draft.at > patience) return;
    const carried = (value?: string) => (value && carries(text, value) ? value : undefined);
    const sent = { phone: carried(draft.found.phone), email: carried(draft.found.email) };
    if (contentsOf(sent)) submitted(draft.root, sent, at);
  };

  return ({ at, type, element, request }, kept) => {
    const read = (root: Element): Identifiers =>
      isIgnored(root) ? {} : identifiersOf(root, kept?.copies ?? copyFields(root), callingCode);
    if (request) {
      textOf(request, (text) => onRequest(text, at));
    } else if (type === 'submit') {
      const found = read(element!);
      submitted(element!, found, at);
      return !contentsOf(found) && arm(element, found, at);
    } else {
      const source = type === 'click' ? buttonAround(element!) : element;
      const root = kept ? kept.root : source && blockAround(source);
      return !!source && arm(root ?? draft?.root, root ? read(root) : {}, at);
    }
    return false;
  };
};

/** Empty where there is no identifier. */
const contentsOf = ({ phone = '', email = '' }: Identifiers): string => phone + email;
