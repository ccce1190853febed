import type { TransportReply } from './ports.ts';

/** The collector has the batch. A captive portal answers 200 with its own page: only the collector's words count. */
export const isDelivered = ({ status, body }: TransportReply): boolean =>
  status >= 200 && status < 300 && (body as { success?: unknown } | null | undefined)?.success === true;

/**
 * The set-up is wrong (key, origin, address, a proxy in between): the events are good, so they are kept and tried rarely. A
 * redirect that was not followed is an address gone wrong, like a 404.
 */
export const isHeld = (status: number): boolean =>
  /^3|^4(?!0[08]|13|22|2[59])/.test(status as unknown as string);

/** This body is refused: halve it to find the event that is. All else but these three is temporary. */
export const isRefused = (status: number): boolean => /^4(00|13|22)/.test(status as unknown as string);

/** The collector itself gives a reason: a proxy, whose limits and faults are no fault of an event, has no such code. */
export const hasReason = ({ body }: TransportReply): boolean =>
  typeof (body as { code?: unknown } | null | undefined)?.code === 'string';

/** Longest wait that a server can ask for, milliseconds. Segment's clients have the same. */
const longestWait = 300_000;

/**
 * Milliseconds that a Retry-After header asks for (RFC 9110 §10.2.3: seconds, or an HTTP date), at most five minutes.
 * NaN if there is none or it cannot be read.
 */
export const retryAfter = (header: string | null | undefined, now: number): number =>
  Math.min(Math.max(Number(header) * 1000 || Date.parse(header!) - now, 0), longestWait);
