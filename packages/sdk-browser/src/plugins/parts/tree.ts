/** The element that an event really happened to: shadow trees retarget `event.target`. */
export const targetOf = (event: Event): Element | undefined =>
  event.composedPath().find((node): node is Element => (node as Node).nodeType === 1);

/** The parent, through the edge of a shadow tree too. */
export const parentOf = (element: Element): Element | null =>
  element.parentElement ?? (element.getRootNode() as ShadowRoot).host ?? null;

/** Like `closest`, through the edges of shadow trees. */
export const closest = (element: Element | null | undefined, selector: string): Element | null => {
  let found: Element | null = null;
  while (element && !(found = element.closest(selector))) {
    element = (element.getRootNode() as ShadowRoot).host;
  }
  return found;
};

/** All elements below a node that match, those of open shadow trees included, in document order. */
export const deepAll = (root: ParentNode, selector: string, found: Element[] = []): Element[] => {
  for (const element of root.querySelectorAll('*')) {
    if (element.matches(selector)) found.push(element);
    if (element.shadowRoot) deepAll(element.shadowRoot, selector, found);
  }
  return found;
};

/** True where the site marked a part of the page as none of the tracker's business. */
export const isIgnored = (element: Element): boolean => !!closest(element, '[data-nitka-ignore]');
