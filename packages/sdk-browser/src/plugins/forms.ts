import type { Plugin } from '../plugin.ts';
import { trackActivity } from './forms/activity.ts';
import { blockAround, buttonAround } from './forms/block.ts';
import { describe } from './forms/describe.ts';
import type { Identifiers } from './forms/identifiers.ts';
import { identifiersOf } from './forms/identifiers.ts';
import { carries, watchRequests } from './forms/requests.ts';
import { patch } from './parts/patch.ts';
import { isIgnored, targetOf } from './parts/tree.ts';

export interface FormsOptions {
  /**
   * Also sends `Form Submitted` with the form's id and name, never values.
   * @default false
   */
  submitted?: boolean;
  /**
   * Also sends `Form Abandoned` when the visitor leaves a form that was begun and not sent: the form's id and name,
   * the names of the fields touched, the last of them. Never values.
   * @default false
   */
  abandonment?: boolean;
}

/** How long after a click the page may take to send the form: validation, a captcha, a slow phone. */
const patience = 15_000;
/** How long a visitor may take from one step of a form to the next. */
const betweenSteps = 600_000;
/** The same form with the same contents within this time is one submission: submit event, then script. */
const oneSubmission = 60_000;

/**
 * Links the visitor to the phone and the e-mail that they send in a form: native, or sent by a script with or without
 * a submit event. A click alone proves nothing (the page may refuse the form), so without a submit event the sign is
 * a request that carries the value, soon after a click or Enter in the form.
 *
 * `data-nitka-ignore` on a field, a form or a block around them keeps the plugin out.
 *
 * @example createTracker({ writeKey, endpoint, plugins: [forms({ abandonment: true })] })
 */
export const forms =
  (options: FormsOptions = {}): Plugin =>
  (host) => {
    const { window } = host;
    let active = true;
    const activity = trackActivity(host, options.abandonment === true);
    const shadows = new WeakSet<Node>();
    const sent = new Map<unknown, number>();
    /** What the latest clicks saw, over the steps of a form whose earlier fields are gone from the page. */
    let draft: { root: Element; found: Identifiers; until: number } | undefined;
    let stopWatching: (() => void) | undefined;

    const submitted = (root: Element, found: Identifiers): void => {
      const any = !!(found.phone || found.email);
      // The button may stand outside the form, so the contents tell one submission rather than the element.
      const key = any ? `${found.phone}|${found.email}` : root;
      const at = Date.now();
      if (any) draft = undefined;
      if (at - (sent.get(key) ?? -Infinity) < oneSubmission) return;
      if (sent.size > 50) sent.clear();
      sent.set(key, at);
      activity.done(root);
      if (any) host.link(found);
      if (options.submitted && !isIgnored(root)) host.track('Form Submitted', describe(root));
    };

    const onSubmit = (form: Element): void => {
      // A consent box that must be ticked and is not: a script will refuse the form, or ought to.
      if (!active || form.querySelector('input[type=checkbox][required]:not(:checked)')) return;
      const found = identifiersOf(form);
      submitted(form, found);
      if (!found.phone && !found.email) arm(form, found);
    };

    const arm = (root: Element | undefined, found: Identifiers): void => {
      const until = Date.now() + patience;
      if (draft && until - draft.until < betweenSteps) found = { ...draft.found, ...found };
      if (!root || !(found.phone || found.email)) return;
      draft = { root, found, until };
      const isAwaited = () => active && !!draft && Date.now() <= draft.until;
      stopWatching ??= watchRequests(host, isAwaited, (text) => {
        if (!draft) return;
        const { phone, email } = draft.found;
        const carried: Identifiers = {};
        if (phone && carries(text, phone)) carried.phone = phone;
        if (email && carries(text, email)) carried.email = email;
        if (carried.phone || carried.email) submitted(draft.root, carried);
      });
    };

    const onAction = (event: Event): void => {
      const element = targetOf(event);
      if (!active || !element) return;
      watchShadow(element);
      const enter = (event as KeyboardEvent).key === 'Enter' && element.tagName === 'INPUT';
      const source = event.type === 'click' ? buttonAround(element) : enter ? element : null;
      if (!source) return;
      const root = blockAround(source);
      arm(root ?? draft?.root, root ? identifiersOf(root) : {});
    };

    /** A submit event does not leave its shadow tree. */
    const watchShadow = (element: Element | undefined): void => {
      const root = element?.getRootNode();
      if (!root || !(root as ShadowRoot).host || shadows.has(root)) return;
      shadows.add(root);
      host.listen(root, 'submit', (event) => onSubmit(event.target as Element), { capture: true });
    };

    // In the capture phase at the window: before the page's own listeners clear the fields or stop the event.
    host.listen(window, 'submit', (event) => onSubmit(event.target as Element), { capture: true });
    host.listen(window, 'click', onAction, { capture: true });
    host.listen(window, 'keydown', onAction, { capture: true });
    host.listen(window, 'focusin', (event) => watchShadow(targetOf(event)), { capture: true });
    // A script's form.submit() fires no submit event.
    const restore = patch(host, window.HTMLFormElement?.prototype, 'submit', (form) =>
      onSubmit(form as Element),
    );
    return () => {
      active = false;
      restore();
      stopWatching?.();
      activity.stop();
    };
  };
