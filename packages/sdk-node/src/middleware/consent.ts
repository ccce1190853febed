export type VisitorConsent = 'granted' | 'denied' | 'pending';

/** Functions that were complained about: once is enough. */
const broken = new WeakSet();

/** What the host's function says. It runs for every page: what is wrong with it must neither break the page nor count as a yes. */
export const consentOf = (
  consent: ((request: never) => unknown) | undefined,
  request: object,
): VisitorConsent => {
  if (!consent) return 'granted';
  let fault = 'gave something else than "granted", "denied" or "pending"';
  try {
    const given = consent(request as never);
    if (given === 'granted' || given === 'denied' || given === 'pending') return given;
  } catch (error) {
    fault = `threw ${error instanceof Error ? error.name : 'something'}`;
  }
  if (!broken.has(consent)) console.warn(`nitka: consent() ${fault}: no visitor is known until it is mended`);
  broken.add(consent);
  return 'pending';
};
