/** In JavaScript, since TypeScript wraps an import of what is no literal into a function of its own. */
export const importModule = (address) => import(/* @vite-ignore */ address);
