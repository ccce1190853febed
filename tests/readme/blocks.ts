/** One fenced block of a Markdown text. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Line of the fence, from 1. */
  readonly line: number;
  /** Text of the heading above it. */
  readonly heading: string;
}

/** The fenced blocks of a Markdown text, in order. */
export const blocksOf = (markdown: string): Block[] => {
  const blocks: Block[] = [];
  let heading = '';
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [index, text] of markdown.split('\n').entries()) {
    const fence = /^```(\w*)\s*$/.exec(text);
    if (open && fence) {
      blocks.push({ language: open.language, text: open.lines.join('\n'), line: open.line, heading });
      open = undefined;
    } else if (open) open.lines.push(text);
    else if (fence) open = { language: fence[1]!, line: index + 1, lines: [] };
    else heading = /^#+ (.*)$/.exec(text)?.[1] ?? heading;
  }
  return blocks;
};

/** Commands of a shell block: continued lines joined, comments left out. */
export const commandsOf = (block: Block): string[] =>
  block.text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/^\$ /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
