import type { PluginHost } from '../../plugin.ts';
import { patch } from '../parts/patch.ts';
import { targetOf } from '../parts/tree.ts';
import { blockAround, buttonAround } from './block.ts';
import { copyFields } from './copies.ts';
import type { Identifiers, ReadForm, WithReader } from './read-form.ts';
import { carries, watchRequests } from './requests.ts';

/** How long after a click the page may take to send the form: validation, a captcha, a slow phone. */
const patience = 15_000;
/** How long a visitor may take from one step of a form to the next. */
const betweenSteps = 600_000;
/** The same contents within this time are one submission: submit event, then script. */
const oneSubmission = 60_000;

/**
 * Tells each submission of a form or of a block that serves as one: native, or sent by a script with or without a
 * submit event. A click alone proves nothing (the page may refuse the form), so without a submit event the sign is a
 * request that carries the value, soon after a click or Enter in the form.
 *
 * @param withReader what happens is noted at once, and judged when forms can be read, in the order in which it happened
 * @param tell `found` holds nothing where the form has no identifier of the visitor
 */
export const watchSubmissions = (
  host: PluginHost,
  withReader: WithReader,
  tell: (form: Element, found: Identifiers) => void,
): (() => void) => {
  const { window } = host;
  const shadows = new WeakSet<Node>();
  /** The button may stand outside the form, so the contents tell one submission rather than the element. */
  let last: unknown;
  let lastAt = 0;
  /** What the latest clicks saw, over the steps of a form whose earlier fields are gone from the page. */
  let draft: { root: Element; found: Identifiers; at: number } | undefined;
  /** Until when requests are looked at. */
  let until = 0;
  /** What has happened and is not judged yet. */
  let held = 0;
  let stopWatching: (() => void) | undefined;

  const judge = (task: (read: ReadForm) => void): void => {
    held++;
    withReader((read) => {
      held--;
      task(read);
    });
  };

  const submitted = (root: Element, found: Identifiers, at: number): void => {
    const contents = contentsOf(found);
    if (contents) draft = undefined;
    if (last === (contents || root) && at - lastAt < oneSubmission) return;
    last = contents || root;
    lastAt = at;
    tell(root, found);
  };

  const watch = (at: number): void => {
    until = at + patience;
    stopWatching ??= watchRequests(
      host,
      () => Date.now() <= until,
      (text) => {
        const now = Date.now();
        judge(() => {
          if (!draft || now - draft.at > patience) return;
          const carried = (value?: string) => (value && carries(text, value) ? value : undefined);
          const sent = { phone: carried(draft.found.phone), email: carried(draft.found.email) };
          if (contentsOf(sent)) submitted(draft.root, sent, now);
        });
      },
    );
  };

  const arm = (root: Element | undefined, { phone, email }: Identifiers, at: number): void => {
    const kept = draft && at - draft.at < betweenSteps ? draft.found : {};
    const found = { phone: phone ?? kept.phone, email: email ?? kept.email };
    if (!root || !contentsOf(found)) return;
    draft = { root, found, at };
    watch(at);
  };

  /** @param isSent for certain; otherwise a request has to show it */
  const note = (root: Element | null, isSent?: boolean): void => {
    const at = Date.now();
    const copies = root ? copyFields(root) : [];
    judge((read) => {
      const found = root ? read(root, copies, host.callingCode) : {};
      if (root && isSent) submitted(root, found, at);
      if (!isSent || !contentsOf(found)) arm(root ?? draft?.root, found, at);
    });
    if (held) watch(at);
  };

  const onSubmit = (form: Element): void => {
    // A consent box that must be ticked and is not: a script will refuse the form, or ought to.
    if (!form.querySelector('[type=checkbox][required]:not(:checked)')) note(form, true);
  };

  const onAction = (event: Event): void => {
    const element = targetOf(event);
    if (!element) return;
    watchShadow(element);
    const { type, key } = event as KeyboardEvent;
    const isEnter = key === 'Enter' && element.tagName === 'INPUT';
    const source = type === 'click' ? buttonAround(element) : isEnter && element;
    if (source) note(blockAround(source));
  };

  const listen = (target: EventTarget, type: string, listener: (event: Event) => void): void =>
    // In the capture phase: before the page's own listeners clear the fields or stop the event.
    host.listen(target, type, listener, { capture: true });

  const watchSubmit = (target: EventTarget): void =>
    listen(target, 'submit', (event) => onSubmit(event.target as Element));

  /** A submit event does not leave its shadow tree. */
  const watchShadow = (element: Element): void => {
    const root = element.getRootNode();
    if (!(root as ShadowRoot).host || shadows.has(root)) return;
    shadows.add(root);
    watchSubmit(root);
  };

  watchSubmit(window);
  for (const type of ['click', 'keydown', 'focusin']) listen(window, type, onAction);
  // A script's form.submit() fires no submit event.
  const restore = patch(host, window.HTMLFormElement?.prototype, 'submit', (form) =>
    onSubmit(form as Element),
  );
  return () => {
    restore();
    stopWatching?.();
  };
};

/** Empty where there is no identifier. */
const contentsOf = ({ phone = '', email = '' }: Identifiers): string => phone + email;
