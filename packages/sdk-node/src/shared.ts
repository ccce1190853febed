/**
 * One value for all copies of this package in a program: it may have loaded the ES and the CommonJS build at once, or two versions.
 *
 * @param name raised with every change of the value's shape
 */
export const shareInProcess = <Value>(name: string, make: () => Value): Value => {
  const place = globalThis as unknown as Record<symbol, Value | undefined>;
  return (place[Symbol.for(`nitka.${name}`)] ??= make());
};
