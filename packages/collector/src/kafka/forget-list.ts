import type { CollectorConfig } from '../config.ts';
import { DestinationError } from '../destinations/destination.ts';
import { createGuard } from '../privacy/guard.ts';
import type { Privacy } from '../privacy/open.ts';
import type { Chunk, Entry } from '../spool/chunk.ts';
import { isAccepted } from '../spool/chunk.ts';
import type { ForgetNote, ForgetNotes } from './forget-notes.ts';

/** Keeps this process's list of the forgotten the same as the topic's, and takes them out of what is about to be loaded. */
export interface ForgetList {
  /**
   * Afterwards everybody who was forgotten before the call is on the list. Throws DestinationError `schema` if they were put there by
   * other keys than those of this process, so that it could not know them.
   */
  refresh(): Promise<void>;
  /** The chunk with a reject without content in the place of each entry of somebody who was forgotten. */
  strip(chunk: Chunk): Chunk;
}

/** Says which keys the digests of a list were made with. */
export const keysName = (privacy: Pick<Privacy, 'keys'>): string | null =>
  (privacy.keys.current() ?? privacy.keys.refresh())?.suppress('nitka-forget-keys').slice(0, 16) ?? null;

const nothing = Buffer.alloc(0);
/** Where ids stand, however deep. */
const idMember = /"(anonymousId|userId|previousId)" *: *("(?:[^"\\]|\\.)*"|[^",}\s]+)/g;
const pseudonym = /(?:token|hash):k\d{1,6}:[A-Za-z0-9_-]{43}/g;

const textOf = (json: string): string => {
  try {
    return String(JSON.parse(json));
  } catch {
    return json;
  }
};

const parses = (payload: Buffer): boolean => {
  try {
    JSON.parse(payload.toString('utf8'));
    return true;
  } catch {
    return false;
  }
};

export const createForgetList = (
  config: Pick<CollectorConfig, 'sources' | 'privacy'>,
  privacy: Privacy,
  notes: ForgetNotes,
): ForgetList => {
  const { vault, suppression } = privacy;
  const pseudonyms = new Set<string>();
  let isHit = false;
  // Everything has been through a guard before it was written; what this one would still take away is of the forgotten.
  const guard = createGuard({
    ip: 'keep',
    identifiers: 'plain',
    fields: config.privacy.fields,
    pseudonyms: privacy.pseudonyms,
    suppression: {
      ...suppression,
      has(...asked) {
        const found = suppression.has(...asked);
        isHit ||= found;
        return found;
      },
    },
  });

  const touches = (look: () => unknown): boolean => {
    isHit = false;
    return look() === null || isHit;
  };
  const names = (text: string | null): boolean =>
    pseudonyms.size > 0 &&
    text !== null &&
    (text.match(pseudonym) ?? []).some((each) => pseudonyms.has(each));

  const hasId = (text: string): boolean =>
    [...text.matchAll(idMember)].some(([, name, json]) => {
      const value = textOf(json!);
      return (
        (name !== 'userId' && suppression.has('visitor', value)) ||
        (name !== 'anonymousId' && suppression.has('user', value))
      );
    });

  const apply = async (found: readonly ForgetNote[]): Promise<void> => {
    if (found.length === 0) return;
    const own = keysName(privacy);
    for (const { listed, lifted, at, pseudonyms: stands, keys } of found) {
      if (keys !== own && !lifted) {
        throw new DestinationError(
          'schema',
          'people were forgotten by other keys than those of this process: give all of them the same privacy.keysFile',
        );
      }
      if (lifted) await vault.lift([listed]);
      else if (!vault.isSuppressed(listed)) await vault.suppress([listed], at);
      for (const each of stands) {
        if (lifted) pseudonyms.delete(each);
        else pseudonyms.add(each);
      }
    }
  };
  let unapplied: ForgetNote[] = [];

  return {
    async refresh() {
      unapplied.push(...(await notes.refresh()));
      await apply(unapplied);
      unapplied = [];
    },
    strip(chunk) {
      if (suppression.isEmpty()) return chunk;
      const { meta, entries } = chunk;
      const known = config.sources.find(({ name }) => name === meta.source);
      const source = {
        name: meta.source,
        kind: meta.kind,
        origins: [],
        ...known,
        identifiers: 'plain',
      } as const;
      const of = (raw: Buffer) => guard({ source, raw, secret: null });
      const isShared =
        (meta.serverVisitorId !== null && suppression.has('visitor', meta.serverVisitorId)) ||
        names(meta.batchContext) ||
        (meta.batchContext !== null &&
          touches(() => of(Buffer.from(meta.batchContext!)).context(meta.batchContext)));
      const isGone = (entry: Entry): boolean => {
        const { payload } = entry;
        const text = payload.toString('utf8');
        if (names(text) || hasId(text)) return true;
        if (!isAccepted(entry)) return touches(() => of(payload).refused(payload, parses(payload)));
        const { phone, email, userId, anonymousId } = entry.columns;
        if ([phone, email, userId, anonymousId].some(names)) return true;
        return touches(() => of(payload).event(entry.columns, payload));
      };
      let changed = isShared;
      const kept = entries.map((entry): Entry => {
        if (entry.payload.length === 0 || !(isShared || isGone(entry))) return entry;
        changed = true;
        return { code: 'forgotten', detail: null, messageId: null, payload: nothing };
      });
      if (!changed) return chunk;
      return {
        meta: isShared ? { ...meta, serverVisitorId: null, batchContext: null } : meta,
        entries: kept,
      };
    },
  };
};
