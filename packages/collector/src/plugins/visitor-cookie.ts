import { isVisitorId } from '@nitka/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { getDomain } from 'tldts';
import type { CollectorConfig } from '../config.ts';
import { isSameHost } from '../origins.ts';

export interface VisitorCookie {
  /** The id in the cookie as received, or null. */
  read(request: FastifyRequest): string | null;
  /** Sets it for another 400 days. */
  write(request: FastifyRequest, reply: FastifyReply, id: string): void;
  /**
   * Names an acknowledged batch in a cookie that scripts can read, for a minute: a page that was left while it sent never
   * reads the answer, but the browser keeps its cookies, and the next page need not send the same again.
   *
   * @param name chosen by the page; anything but a short plain text is passed over
   */
  acknowledge(request: FastifyRequest, reply: FastifyReply, name: unknown): void;
  clear(request: FastifyRequest, reply: FastifyReply): void;
}

const batchName = /^[0-9a-z]{8,32}$/;
/** Batches that one cookie names. */
const maxNames = 4;

/** The server tier of the visitor id: a cookie that scripts cannot read or write. */
export const createVisitorCookie = ({
  name,
  domain,
  maxAgeDays,
}: CollectorConfig['visitorCookie']): VisitorCookie => {
  const attributes = (request: FastifyRequest) => {
    // Null for an address or a bare host: then the cookie stays with the host.
    const site = domain === 'site' ? getDomain(request.hostname, { allowPrivateDomains: true }) : null;
    return {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: request.protocol === 'https',
      ...(site && { domain: site }),
    } as const;
  };
  /** Of use only where the page can read it: to a page on another host of the site it goes by the site's domain. */
  const acknowledgedAttributes = (request: FastifyRequest) => {
    const { origin = '', host } = request.headers;
    const site = getDomain(request.hostname, { allowPrivateDomains: true });
    const isSibling =
      site !== null && !isSameHost(origin, host) && getDomain(origin, { allowPrivateDomains: true }) === site;
    return { ...attributes(request), httpOnly: false, ...(isSibling && { domain: site }) } as const;
  };
  return {
    read(request) {
      const value = request.cookies[name];
      return isVisitorId(value) ? value : null;
    },
    write(request, reply, id) {
      reply.setCookie(name, id, { ...attributes(request), maxAge: maxAgeDays * 86_400 });
    },
    acknowledge(request, reply, batch) {
      if (typeof batch !== 'string' || !batchName.test(batch)) return;
      // By its last character each batch has one of several cookies: answers on their way at once know nothing of each
      // other, and in one cookie the later would wipe out the earlier.
      const slot = `${name}_a${batch.at(-1)!}`;
      const names = (request.cookies[slot] ?? '').split('.').filter((each) => batchName.test(each));
      const value = [...new Set([...names, batch])].slice(-maxNames).join('.');
      reply.setCookie(slot, value, { ...acknowledgedAttributes(request), maxAge: 60 });
    },
    clear(request, reply) {
      reply.clearCookie(name, attributes(request));
      for (const slot of Object.keys(request.cookies)) {
        if (slot.length === name.length + 3 && slot.startsWith(`${name}_a`)) {
          reply.clearCookie(slot, acknowledgedAttributes(request));
        }
      }
    },
  };
};
