import { createTextStore, type TextStore } from './text-store.ts';

/** The page's localStorage. Reading the property alone throws where cookies are blocked or the frame is sandboxed. */
export const openLocalStorage = (
  page: Window,
  onRefused?: (key: string, value: string | null) => void,
): TextStore => {
  let area: Storage | undefined;
  try {
    area = page.localStorage;
  } catch {
    // Blocked: the store keeps everything in memory.
  }
  return createTextStore(area, onRefused);
};
