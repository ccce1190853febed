/** What is drawn to: stderr of a terminal. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Progress {
  show(done: number, total: number): void;
  end(): void;
}

const width = 30;

/** A bar for whoever watches; nothing where nobody does, so that logs and pipes stay clean. */
export const createProgress = (label: string, output: ProgressOutput = process.stderr): Progress => {
  let shown = '';
  return {
    show(done, total) {
      if (!output.isTTY) return;
      const part = total === 0 ? 1 : Math.min(done / total, 1);
      const bar = '█'.repeat(Math.floor(part * width)).padEnd(width, '░');
      const text = `${label} ${bar} ${Math.floor(part * 100)} %  ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`;
      if (text !== shown) output.write(`\r${text}\u001b[K`);
      shown = text;
    },
    end() {
      if (shown !== '') output.write('\n');
      shown = '';
    },
  };
};
