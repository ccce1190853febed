/** One line in the terminal that is written over; where there is no terminal, a line for each step. */
export interface Progress {
  /** @param text what has just been done */
  step(text: string): void;
  /** A line that stays. */
  say(text: string): void;
  done(): void;
}

/**
 * @param total steps to come
 * @param stream @default process.stderr, so that the output proper can be redirected
 */
export const startProgress = (total: number, stream: NodeJS.WriteStream = process.stderr): Progress => {
  const started = Date.now();
  let count = 0;
  const clear = (): void => void (stream.isTTY && stream.write('\r\u001b[2K'));
  return {
    step(text) {
      count++;
      const seconds = Math.round((Date.now() - started) / 1000);
      clear();
      stream.write(`[${count}/${total}, ${seconds} s] ${text}${stream.isTTY ? '' : '\n'}`);
    },
    say(text) {
      clear();
      stream.write(`${text}\n`);
    },
    done: clear,
  };
};
