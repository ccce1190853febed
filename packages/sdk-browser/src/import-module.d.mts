export declare const importModule: (address: string) => Promise<unknown>;
