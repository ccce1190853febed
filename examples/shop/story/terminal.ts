import Table from 'cli-table3';
import colours from 'picocolors';

const width = Math.min(process.stdout.columns ?? 100, 118);

/** Text broken into lines that begin with `indent`. */
const wrap = (text: string, indent: string): string => {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1)!.length + word.length + indent.length > width) lines.push('');
    lines.push(`${lines.pop()}${lines.at(-1) === '' ? '' : ' '}${word}`.trimStart());
  }
  return lines.map((line) => indent + line).join('\n');
};

let chapters = 0;

export const say = (text = ''): void => void process.stdout.write(`${text}\n`);

export const title = (text: string, line: string): void => {
  say(`\n${colours.bold(text)}\n${colours.dim(line)}`);
};

/** The next step of the story. */
export const chapter = (text: string): void => {
  chapters += 1;
  say(`\n${colours.cyan(String(chapters).padStart(2))}  ${colours.bold(text)}`);
};

/** Something that has just happened. */
export const note = (text: string): void => say(wrap(text, '    '));

/** A fact that was checked. */
export const fact = (holds: boolean, text: string, found?: string): void => {
  const mark = holds ? colours.green('✓') : colours.red('✗');
  say(`  ${mark} ${text}${holds || found === undefined ? '' : colours.red(` — found: ${found}`)}`);
};

export const code = (text: string): void => {
  say(
    text
      .trim()
      .split('\n')
      .map((line) => colours.dim(`    ${line}`))
      .join('\n'),
  );
};

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): void => {
  const drawn = new Table({
    head: [...head],
    style: {
      compact: true,
      ...(colours.isColorSupported ? { head: ['cyan'], border: ['gray'] } : { head: [], border: [] }),
    },
  });
  for (const row of rows) drawn.push([...row]);
  say(drawn.toString());
};

export const failure = (text: string): void => void process.stderr.write(`\n${colours.red(text)}\n`);
