import { startCollectorBehind } from '../collector.ts';
import type { CollectorBehind } from '../collector.ts';
import { ownVersion } from '../prepare.ts';
import { amplitude } from './amplitude.ts';
import { mixpanel } from './mixpanel.ts';
import { nitka } from './nitka.ts';
import { posthog } from './posthog.ts';
import { rudderstack } from './rudderstack.ts';
import { segment } from './segment.ts';
import { snowplow } from './snowplow.ts';
import type { Subject } from './subject.ts';

const script = (name: string): URL => new URL(`../built/${name}`, import.meta.url);

/**
 * Ours and the peers.
 *
 * @param withCollector starts a collector for ours, if one is built
 */
export const openSubjects = async (
  withCollector: boolean,
): Promise<{ subjects: readonly Subject[]; close: () => Promise<void> }> => {
  let collector: CollectorBehind | undefined;
  if (withCollector) {
    collector = await startCollectorBehind().catch((error: unknown) => {
      process.stderr.write(`no collector, its answers are emulated: ${String(error).split('\n')[0]}\n`);
      return undefined;
    });
  }
  const version = ownVersion();
  const subjects = [
    nitka({
      name: 'nitka',
      title: 'Nitka',
      scripts: { '/nitka.js': script('nitka.js'), '/nitka.forms.js': script('nitka.forms.js') },
      version,
      note: '`nitka.js` with the four plugins that it starts by itself; what judges forms is loaded at the first field, and not in the figures',
      collector,
    }),
    {
      ...nitka({
        name: 'nitka-core',
        title: 'Nitka core',
        scripts: { '/nitka.js': script('nitka.core.js') },
        version,
        note: '`nitka.core.js`, without plugins',
      }),
      variantOf: 'nitka',
      // The plugin that counts pages is not in it.
      pageView: 'nitka.page()',
    },
    snowplow,
    segment,
    posthog,
    rudderstack,
    amplitude,
    mixpanel,
  ];
  return { subjects, close: async () => collector?.close() };
};
