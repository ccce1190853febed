/**
 * True for hosts of one site: equal, one below the other, or siblings, with which the visitor id is shared too. Without
 * a public suffix list siblings are told by a second level longer than `co`, `com`, `msk`.
 */
export const isSameSite = (a: string, b: string): boolean => {
  const [one, other] = [a, b].map((host) => `.${host.replace(/^www\./, '')}`) as [string, string];
  const [shared] = /\.[^.]{4,}\.[^.]+$/.exec(one) ?? ['/'];
  return one.endsWith(other) || other.endsWith(one) || other.endsWith(shared);
};
