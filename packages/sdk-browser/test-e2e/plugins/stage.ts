import { readdirSync } from 'node:fs';
import type { Site } from '../../../../tests/support/site.ts';
import { startSite } from '../../../../tests/support/site.ts';

export interface Received {
  type: string;
  event?: string;
  messageId: string;
  properties?: Record<string, unknown>;
  traits?: { phone?: string; email?: string };
  context?: Record<string, unknown> & { page?: Record<string, unknown>; sequence: number };
}

/** A page on the site, and what its tracker has sent. */
export interface Scene {
  url: string;
  /** Each event once. */
  kept: Received[];
}

export interface Stage {
  site: Site;
  /** Adds a page in which a tracker runs with plugins, by file: `{ forms: 'forms()' }`. */
  add(html: string, plugins: Record<string, string>, more?: { head?: string; path?: string }): Scene;
}

const dist = new URL('../../dist/', import.meta.url);
const json = { 'content-type': 'application/json' };

/** A site that serves the built package and takes what it sends. */
export const openStage = async (): Promise<Stage> => {
  const site = await startSite({});
  const files = (folder: string) => readdirSync(new URL(folder, dist)).filter((file) => file.endsWith('.js'));
  for (const file of [...files('.'), ...files('chunks').map((name) => `chunks/${name}`)]) {
    site.route(`/sdk/${file}`, new URL(file, dist));
  }
  let count = 0;

  return {
    site,
    add(html, plugins, { head = '', path } = {}) {
      const name = `case-${count++}`;
      const imports = Object.entries(plugins).map(
        ([file, call]) => `import { ${call.split('(')[0]!} } from '/sdk/${file}.js';`,
      );
      const script = `<script type="module">
        import { createTracker } from '/sdk/index.js';
        ${imports.join('\n')}
        window.tracker = createTracker({ writeKey: '${name}', endpoint: location.origin + '/${name}', flushInterval: 30, plugins: [${Object.values(plugins).join()}] });
      </script>`;
      const address = path ?? `/${name}`;
      site.route(
        address,
        `<!doctype html><html><head><title>${name}</title>${head}${script}</head><body>${html}</body></html>`,
      );
      const kept: Received[] = [];
      site.route(`/${name}/v1/batch`, (_, body) => {
        const { batch } = JSON.parse(body.toString()) as { batch: Received[] };
        for (const event of batch) {
          if (!kept.some(({ messageId }) => messageId === event.messageId)) kept.push(event);
        }
        return { headers: json, body: '{"success":true}' };
      });
      site.route(`/${name}/v1/visitor`, () => ({ headers: json, body: '{"success":true}' }));
      return { url: site.url(address), kept };
    },
  };
};

/** Tracks a mark and waits until it has arrived: afterwards nothing of the page is on its way. In the order of the events. */
export const drained = async (
  { kept }: Scene,
  evaluate: (code: string) => Promise<unknown>,
): Promise<Received[]> => {
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const mark = `End ${Math.random()}`;
  const leaveMark = `!!window.tracker && (tracker.track('${mark}'), tracker.flush(), true)`;
  const isMarked = async () => {
    try {
      return (await evaluate(leaveMark)) === true;
    } catch {
      return false; // The page is on its way to another.
    }
  };
  await pause(150);
  for (let wait = 0; wait < 1000 && !(await isMarked()); wait++) await pause(25);
  for (let wait = 0; wait < 1600; wait++) {
    if (kept.some(({ event }) => event === mark)) {
      // What a page sent while it was left may overtake, or be overtaken.
      return kept
        .filter(({ event }) => !event?.startsWith('End '))
        .sort((one, other) => one.context!.sequence - other.context!.sequence);
    }
    await pause(25);
  }
  throw new Error('the tracker sends nothing');
};
