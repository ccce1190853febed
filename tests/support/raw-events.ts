/** Events as SDKs send them, of a made-up day: what tests of the raw layer join to customers. */

export const at = (hour: number, minute = 0): string =>
  new Date(Date.UTC(2026, 4, 4, hour, minute)).toISOString();

/** As visitor ids are: the older, the smaller. */
export const visitor = (name: string): string => `019aa7d0-0000-7000-8000-00000000000${name}`;

export const link = (who: string, hour: number, traits: object, userId?: string) => ({
  type: 'identify',
  anonymousId: visitor(who),
  userId,
  traits,
  timestamp: at(hour, 5),
});

/** As `@nitka/node` sends what names no visitor. */
export const fact = (event: string, hour: number, properties: object, phone?: string) => ({
  type: 'track',
  event,
  messageId: `${event} ${hour}`,
  anonymousId: `${event} ${hour}`,
  timestamp: at(hour),
  properties,
  context: { traits: { phone } },
});
