import { field, list, text } from '../decode.ts';
import type { Posted } from '../decode.ts';
import type { CollectorBehind } from '../collector.ts';
import type { Subject } from './subject.ts';

const json = { 'content-type': 'application/json' };
const cookieName = 'visitor';

/** What the collector says and sets, without its storage. */
const emulated = ({ body, headers }: Posted): { headers: Record<string, string>; body: string } => {
  const sent = JSON.parse(body.toString('utf8') || '{}') as {
    anonymousId?: string;
    batch?: { anonymousId?: string }[];
  };
  const kept = new RegExp(`${cookieName}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1];
  const offered = sent.anonymousId ?? sent.batch?.find(({ anonymousId }) => anonymousId)?.anonymousId;
  const oldest = [kept, offered].filter((id) => id !== undefined).toSorted()[0] ?? null;
  return {
    headers: {
      ...json,
      ...(oldest !== null && {
        'set-cookie': `${cookieName}=${oldest}; HttpOnly; SameSite=Lax; Path=/; Max-Age=34560000`,
      }),
    },
    body: JSON.stringify({ success: true, anonymousId: oldest }),
  };
};

interface Parts {
  readonly name: string;
  readonly title: string;
  /** Files by the path that they are served under; the page loads `/nitka.js`, and that the others. */
  readonly scripts: Readonly<Record<string, URL>>;
  readonly version: string;
  readonly note: string;
  /** Without one, the server answers as the collector would. */
  readonly collector?: CollectorBehind | undefined;
}

/** Ours, from its script files. */
export const nitka = ({ name, title, scripts, version, note, collector }: Parts): Subject => ({
  name,
  title,
  version,
  note: collector ? `${note}; behind the server stands a real collector with its warehouse` : note,
  scripts,
  head: ({ origin }) => `<script>
    let started = false;
    window.bench = {
      ready: () => started,
      track: (properties) => window.nitka.track('bench', properties),
    };
  </script><script async src="/nitka.js" data-write-key="${collector?.writeKey ?? 'bench'}"
    data-endpoint="${origin}" onload="started = true"></script>`,
  isDelivery: (path) => path === '/v1/batch',
  taken: (posted, place) => collector?.forward(posted, place) ?? emulated(posted),
  answer: (path, place, posted) => {
    if (path !== '/v1/visitor') return undefined;
    return collector?.forward(posted, place) ?? emulated(posted);
  },
  ...(collector && { rows: collector.rows }),
  events: (body) =>
    list(field(body, 'batch')).map((event) => ({
      mark: text(field(event, 'properties', 'mark')) ?? '',
      messageId: text(field(event, 'messageId')),
      visitorId: text(field(event, 'anonymousId')),
    })),
});
