import { toJson } from '@nitka/core';
import type { Http } from './fetch.ts';

/** The server tier of the visitor id. Resolves to the id that the server goes by, if it says one. */
export type AskServer = (method: string, anonymousId?: string, replace?: boolean) => Promise<unknown>;

export const createServerTier =
  (http: Http, writeKey: string): AskServer =>
  async (method, anonymousId, replace) => {
    const text = toJson({ writeKey, anonymousId, replace });
    const { body } = await http.send('/v1/visitor', text, method);
    return (body as { anonymousId?: unknown } | undefined)?.anonymousId;
  };
