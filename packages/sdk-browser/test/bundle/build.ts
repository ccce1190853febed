import { fileURLToPath } from 'node:url';
import { rollup, type InputPluginOption, type OutputOptions } from 'rollup';
import { mangled } from '../../mangled.mjs';
import { bundle } from './project.ts';

type Scripts = (
  folder: string,
  name: string,
  entries: Record<string, string>,
  options: { mangled: readonly string[] },
) => { input: string; output: OutputOptions; plugins: InputPluginOption }[];

const folder = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** Builds the bundle that the project's tests run against, by the same steps as the script tag's. */
export const setup = async (): Promise<void> => {
  const steps = new URL('../../../../scripts/rollup.mjs', import.meta.url).href;
  const { scripts } = (await import(steps)) as { scripts: Scripts };
  const [config] = scripts(folder, 'nitka', { bundle: 'src/testing/bundle.ts' }, { mangled });
  const { input, output, plugins } = config!;
  const built = await rollup({ input, plugins });
  await built.write({ ...output, file: bundle, format: 'es', sourcemap: true });
  await built.close();
};
