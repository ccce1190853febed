export const terminalReport = (r: unknown): string => JSON.stringify(r, null, 1);
export const writeReport = async (_: unknown): Promise<string[]> => [];
