/**
 * What JSON.stringify would escape; lone surrogates are among it:
 * https://tc39.es/ecma262/#sec-quotejsonstring
 */
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/;

/** What JSON.stringify makes of a text, in about half its time. */
export const quote = (text: string): string => (escaped.test(text) ? JSON.stringify(text) : `"${text}"`);
