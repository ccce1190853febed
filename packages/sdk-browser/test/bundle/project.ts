import { fileURLToPath } from 'node:url';

const root = new URL('../../../../', import.meta.url);

/** The file that {@link setup} of `build.ts` writes. */
export const bundle = fileURLToPath(new URL('node_modules/.cache/nitka/bundle/bundle.js', root));

/** What the tests import from the package, and gets from the bundle instead. */
const replaced =
  /^\.{1,2}\/(.*\/)?src\/(create-tracker|script-tag|testing\/open|plugins\/(campaign|clicks|errors|external-ids|forms|linker|mirror|page-views|scroll))\.ts$/;

/** A vite plugin that lets tests import the minified bundle in place of the source. */
export const takeBundle = {
  name: 'nitka-bundle',
  enforce: 'pre' as const,
  resolveId: (source: string, importer: string | undefined): string | undefined =>
    replaced.test(source) && importer?.includes('/sdk-browser/test/') ? bundle : undefined,
};

/** The tests that need nothing but what the package exports. */
export const bundleTests = [
  'create-tracker',
  'tracker',
  'calls',
  'outbox',
  'script-tag',
  'plugins/{campaign,clicks,errors,external-ids,forms,linker,mirror,page-views,scroll}',
].map((name) => `packages/sdk-browser/test/${name}.test.ts`);
