export const mangled: readonly string[];
