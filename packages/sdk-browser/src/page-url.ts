import { attempt } from './attempt.ts';

/** Parameters that carry a person or a secret. What a site calls them is known; what they hold is not looked at. */
const personal =
  /^(e?-?mail|login|user_?name|(first|last|full|middle)?_?name|fio|surname|phone|tel(ephone)?|mobile|pass(word|wd)?|pwd|pin|inn|snils|passport|card|(access_|id_|auth_|refresh_)?token|auth|secret|code|otp|session_?id|sid)$/i;

/**
 * An address without personal parameters and without a fragment, unless that is a route (`#/…`, `#!…`).
 *
 * @returns null for what is no http address
 */
export const cleanUrl = (address: string): URL | null =>
  attempt(() => {
    const url = new URL(address);
    const dropped = [...url.searchParams].filter(
      ([name, value]) => personal.test(name) || value.includes('@'),
    );
    // Untouched unless needed: rewriting the parameters changes their encoding.
    for (const [name] of dropped) url.searchParams.delete(name);
    url.username = url.password = '';
    if (!/^#[/!]/.test(url.hash)) url.hash = '';
    return url.protocol.startsWith('http') ? url : null;
  }) ?? null;
