export interface Progress {
  update(done: number, total: number): void;
  end(): void;
}

/** Milliseconds between two looks at a terminal, and between two lines of a log. */
const pace = { terminal: 100, log: 10_000 };

const width = 30;

export const progressLine = (done: number, total: number, seconds: number): string => {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * width);
  const speed = seconds > 0 ? done / seconds : 0;
  const left = speed > 0 ? `, ${Math.ceil((total - done) / speed)} s left` : '';
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${done}/${total}, ${Math.round(speed)}/s${left}`;
};

/** A bar on a terminal, a line now and then in a log. */
export const createProgress = (
  stream: { readonly isTTY?: boolean | undefined; write(text: string): unknown },
  now: () => number,
): Progress => {
  const started = now();
  const isTerminal = stream.isTTY === true;
  let shown = started;
  let hasBar = false;

  return {
    update(done, total) {
      const time = now();
      if (time - shown < (isTerminal ? pace.terminal : pace.log)) return;
      shown = time;
      hasBar = isTerminal;
      const line = progressLine(done, total, (time - started) / 1000);
      stream.write(isTerminal ? `\r\u001b[K${line}` : `${line}\n`);
    },
    end() {
      if (hasBar) stream.write('\r\u001b[K');
    },
  };
};
