import { domainToUnicode } from 'node:url';
import { NitkaError } from '@nitka/core';
import { judgeEmail, judgePhone } from '../identifiers.ts';
import type { Erasure } from '../destinations/erasure.ts';
import type { Keyring } from './keyring.ts';
import { kindOfId, readValue } from './personal-text.ts';
import { digestOf, pseudonymsOf } from './pseudonyms.ts';
import type { SubjectKind } from './suppression.ts';
import type { Vault } from './vault.ts';

/** Who is to be forgotten. */
export interface Subject {
  readonly kind: SubjectKind;
  /** A phone or an e-mail is normalised. */
  readonly value: string;
}

/** @throws NitkaError `forget_invalid` */
export const readSubject = (kind: SubjectKind, text: string): Subject => {
  if (kind === 'phone' || kind === 'email') {
    const judged = kind === 'phone' ? judgePhone(text) : judgeEmail(text);
    // A blocked value is to be found all the same: somebody may have a mailbox named sales.
    const value = judged && 'value' in judged ? judged.value : readValue(kind, text);
    const shape = kind === 'phone' ? /^\+\d{10,15}$/ : /^[^@\s]+@[^@\s]+$/;
    if (!shape.test(value)) throw new NitkaError('forget_invalid', `--${kind}`);
    return { kind, value };
  }
  if (text.trim() === '' || text.length > 200) throw new NitkaError('forget_invalid', `--${kind}`);
  return { kind, value: text };
};

const literal = (text: string): string => text.replace(/[.+*?^$|(){}[\]\\]/g, '\\$&');

const gap = '[ ().\u00a0-]{0,3}';

const phonePattern = (phone: string): string => {
  const national = phone.startsWith('+7') ? phone.slice(2) : phone.slice(1);
  const prefix = phone.startsWith('+7') ? `([+]?[78]${gap})?` : '';
  return `(^|[^0-9])${prefix}${national.split('').join(gap)}($|[^0-9])`;
};

const emailPattern = (address: string): string => {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  const domains = [...new Set([domain, domainToUnicode(domain)])].map(literal).join('|');
  const name = literal(address.slice(0, at));
  return `(^|[^a-z0-9._+-])${name}(@|%40)(${domains})($|[^a-z0-9.-]|[.]($|[^a-z0-9]))`;
};

/** Ids may be as short as `7`: only where an id stands. */
const idPattern = (id: string, names: string): string =>
  `"?(${names})"? *: *"?${literal(JSON.stringify(id).slice(1, -1))}("|[,}]| *$)`;

export interface TraceParts {
  /** Null as long as there are no keys: then there are no pseudonyms either. */
  readonly keyring: Keyring | null;
  readonly vault: Vault;
}

export interface Traces {
  readonly erasure: Erasure;
  /** In the vault. */
  readonly pseudonyms: readonly string[];
}

/** By what a person's rows are known, under every policy and every key that there was. */
export const tracesOf = ({ kind, value }: Subject, { keyring, vault }: TraceParts): Traces => {
  const personal = kind === 'phone' || kind === 'email' ? kind : kindOfId(value);
  const normal = personal && readValue(personal, value);
  const pseudonyms =
    personal && normal && keyring
      ? pseudonymsOf(keyring, vault, { kind: personal, value: normal, hashed: false })
      : [];
  if (kind === 'phone' || kind === 'email') {
    const digest = digestOf({ kind, value, hashed: false });
    const plain = kind === 'phone' ? phonePattern(value) : emailPattern(value);
    return {
      erasure: {
        columns: {
          [kind]: [value, `sha256:${digest}`, ...pseudonyms],
          user_id: pseudonyms,
          anonymous_id: pseudonyms,
        },
        pattern: [plain, digest, ...pseudonyms].join('|'),
      },
      pseudonyms,
    };
  }
  const values = [value, ...pseudonyms];
  const pattern = (names: string): string => values.map((each) => idPattern(each, names)).join('|');
  return kind === 'visitor'
    ? {
        erasure: {
          columns: { anonymous_id: values, server_visitor_id: [value] },
          pattern: pattern('anonymousId|previousId'),
        },
        pseudonyms: [],
      }
    : {
        erasure: { columns: { user_id: values }, pattern: pattern('userId|previousId') },
        pseudonyms: [],
      };
};
