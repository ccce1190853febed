import { closest, deepAll, parentOf } from '../parts/tree.ts';

const buttons =
  'button,[type=submit],[type=button],[type=image],[role=button],a,[onclick],[class*=btn],[class*=button],[class*=submit]';

/** The button that a click went to, unless it is there to close or to clear. */
export const buttonAround = (element: Element): Element | null => {
  const button = closest(element, buttons);
  const words =
    button && `${button.className} ${button.ariaLabel} ${button.textContent.slice(0, 40)}`.toLowerCase();
  return words && !/close|cancel|reset|clear|закры|отмен|очист|[×✕]/.test(words) ? button : null;
};

/** The form around an element, or the nearest block with fields in it, where a site has no form at all. */
export const blockAround = (element: Element): Element | null => {
  const form = closest(element, 'form');
  let block = form ? null : parentOf(element);
  for (let level = 0; block && level < 6 && !/^(BODY|MAIN|HTML)$/.test(block.tagName); level++) {
    // Larger than any form: the page as a whole.
    if (block.getElementsByTagName('*').length > 1000) return null;
    if (deepAll(block, 'input').length) return block;
    block = parentOf(block);
  }
  return form;
};
