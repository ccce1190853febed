export const createAcknowledgements = undefined;
export const createPlugins = undefined;
export const createBareVisit = undefined;
export const readCompress = undefined;
export const createPageReader = undefined;
export const readDevice = undefined;
export const readLater = undefined;
export const protectTraits = undefined;
