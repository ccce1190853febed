import type { CAC } from 'cac';
import { usageError } from './command.ts';

const camelCase = (name: string): string =>
  name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

interface Typed {
  readonly name: string;
  readonly value: string;
}

/** What was typed behind options, in order: `--name value` or `--name=value`. */
const typedValues = (args: readonly string[]): Typed[] =>
  args.flatMap((arg, at): Typed[] => {
    const [, name, value] = /^--([^=]+)(?:=([^]*))?$/.exec(arg) ?? [];
    return name === undefined ? [] : [{ name: camelCase(name), value: value ?? args[at + 1] ?? '' }];
  });

/**
 * Puts the values of options as they were typed in the place of what the parser made of them: it takes what looks like a number for one,
 * and nothing for 0, which a file system takes for the standard input. Refuses what no command has a use for.
 *
 * @throws NitkaError `command_invalid`, or the parser's own error
 */
export const readCommandLine = (cli: CAC): void => {
  const { globalCommand, matchedCommand: command } = cli;
  const { options } = cli;
  (command ?? globalCommand).checkUnknownOptions();
  (command ?? globalCommand).checkOptionValue();
  if (cli.args.some((arg) => arg.trim() === '')) throw usageError('an argument is empty');
  const typed = typedValues(cli.rawArgs.slice(2));
  for (const { name, required, config } of [...globalCommand.options, ...(command?.options ?? [])]) {
    const values = typed.filter((each) => each.name === name).map(({ value }) => value);
    if (!required || values.length === 0) continue;
    if (values.includes('')) throw usageError(`--${name}: a value is missing`);
    const mayRepeat = Array.isArray(config.type);
    if (values.length > 1 && !mayRepeat) throw usageError(`--${name}: is there twice`);
    options[name] = mayRepeat ? values : values[0];
  }
  if (options['json'] === true && options['csv'] === true)
    throw usageError('--json and --csv exclude each other');
};
