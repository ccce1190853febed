import { toJson } from '@nitka/core';
import type { Http } from './fetch.ts';

/**
 * The server tier of the visitor id: tells it an id, if there is one, and resolves to the id that the server goes by, if it
 * says one.
 *
 * @param replace also if that is younger
 * @param method `DELETE`: removes what it holds
 */
export type TellServer = (
  anonymousId?: string,
  replace?: boolean,
  method?: 'POST' | 'DELETE',
) => Promise<unknown>;

export const createServerTier =
  (http: Http, writeKey: string): TellServer =>
  async (anonymousId, replace, method = 'POST') => {
    const text = toJson({ writeKey, anonymousId, replace });
    const { body } = await http.send('/v1/visitor', text, method);
    return (body as { anonymousId?: unknown } | undefined)?.anonymousId;
  };
