import type { PluginHost } from '../../plugin.ts';
import { patch } from '../parts/patch.ts';
import { targetOf } from '../parts/tree.ts';
import type { FieldCopy } from './copies.ts';
import { watchRequests } from './requests.ts';

/** Something that is, or may show, that a form is sent. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `submit`: by an event or by a script. */
  readonly type: 'submit' | 'click' | 'enter' | 'request';
  /** The form; what was clicked; the field in which Enter was pressed. */
  readonly element?: Element;
  /** Address and body, which may be a copy. */
  readonly request?: readonly [url: unknown, body: unknown];
}

/** What was there at a moment that is past. */
export interface Kept {
  /** The form, or the block that serves as one. */
  readonly root?: Element | undefined;
  readonly copies?: readonly FieldCopy[] | undefined;
}

/**
 * Judges what happens to forms, in its order.
 *
 * @returns true where a request may show that something is sent
 */
export type Judge = (moment: Moment, kept?: Kept) => boolean;

/** Milliseconds after a click in which the page may send the form: validation, a captcha, a slow phone. */
export const patience = 15_000;

/**
 * Tells what visitors and the page do to forms.
 *
 * @param touched when the visitor is in a field
 * @param note returns true where a request may show that something is sent: only then requests are looked at, for a while
 */
export const watchMoments = (
  host: PluginHost,
  note: (moment: Moment) => boolean,
  touched?: () => void,
): (() => void) => {
  const { window } = host;
  const shadows = new WeakSet<Node>();
  let until = 0;
  let stopWatching: (() => void) | undefined;

  const tell = (type: Moment['type'], element: Element): void => {
    const at = Date.now();
    if (!note({ at, type, element })) return;
    until = at + patience;
    stopWatching ??= watchRequests(
      host,
      () => Date.now() <= until,
      (...request) => note({ at: Date.now(), type: 'request', request }),
    );
  };

  const onSubmit = (form: Element): void => {
    // A consent box that must be ticked and is not: a script will refuse the form, or ought to.
    if (!form.querySelector('[type=checkbox][required]:not(:checked)')) tell('submit', form);
  };

  const onAction = (event: Event): void => {
    const element = targetOf(event);
    if (!element) return;
    watchShadow(element);
    const isField = element.tagName === 'INPUT';
    if (isField) touched?.();
    if (event.type === 'click') tell('click', element);
    else if ((event as KeyboardEvent).key === 'Enter' && isField) tell('enter', element);
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
