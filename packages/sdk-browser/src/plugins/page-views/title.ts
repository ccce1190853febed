/**
 * Runs the task once the page has its own title: at once if it has, else when the title changes, or when the time is
 * over. Frameworks set the title after the address, some never.
 *
 * @param old the title of the page before, in a single-page app
 * @returns what cancels it
 */
export const whenTitled = (
  { document, MutationObserver, setTimeout, clearTimeout }: Window & typeof globalThis,
  limit: number,
  old: string | undefined,
  task: () => void,
): (() => void) => {
  const isTitled = (): boolean => !!document.title && document.title !== old;
  if (isTitled()) {
    task();
    return () => {};
  }
  const stop = (): void => {
    clearTimeout(timer);
    observer.disconnect();
  };
  const done = (): void => {
    stop();
    task();
  };
  const timer = setTimeout(done, limit);
  const observer = new MutationObserver(() => isTitled() && done());
  observer.observe(document.head ?? document, { childList: true, characterData: true, subtree: true });
  return stop;
};
