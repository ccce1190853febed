import { closest, deepAll, parentOf } from '../parts/tree.ts';

const buttons =
  'button,a,[type=submit],[type=button],[type=image],[role=button],[onclick],[class*=btn],[class*=button],[class*=submit]';

/** The button that a click went to, unless it is there to close or to clear. */
export const buttonAround = (element: Element): Element | null => {
  // Of a listener on any other element nothing is to be seen but that the page shows a hand there.
  const { cursor } = element.ownerDocument.defaultView!.getComputedStyle(element);
  const button =
    closest(element, buttons) ??
    (cursor === 'pointer' && !closest(element, 'label,input,select') ? element : null);
  return button &&
    /close|cancel|reset|clear|закры|отмен|очист|[×✕]/i.test(
      `${button.className} ${button.ariaLabel} ${button.textContent.slice(0, 40)}`,
    )
    ? null
    : button;
};

/** The form around an element, or the nearest block with fields in it, where a site has no form at all. */
export const blockAround = (element: Element): Element | null => {
  const form = closest(element, 'form');
  let block = form ? null : parentOf(element);
  for (let level = 0; block && level < 6 && !/^(BODY|MAIN|HTML)$/.test(block.tagName); level++) {
    // Larger than any form: the page as a whole.
    if (block.getElementsByTagName('*').length > 1000) return null;
    if (deepAll(block, 'input')[0]) return block;
    block = parentOf(block);
  }
  return form;
};
