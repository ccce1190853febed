import { isUtf8 } from 'node:buffer';
import { isIP } from 'node:net';
import { isPlaceholder, readPhone } from '@nitka/core';
import type { SourceConfig } from '../config.ts';
import { applyIpPolicy } from '../ip.ts';
import type { IpPolicy } from '../ip.ts';
import type { Signs } from '../name-signs.ts';
import { sliceWhole } from '../raw-slices.ts';
import type { EventColumns } from '../spool/chunk.ts';
import { createFieldKinds } from './fields.ts';
import type { FieldKind } from './fields.ts';
import { kindOfId, readValue, replaceInText } from './personal-text.ts';
import type { PersonalKind, Replace } from './personal-text.ts';
import { pseudonymShape } from './pseudonyms.ts';
import type { IdentifierPolicy, Pseudonyms } from './pseudonyms.ts';
import { rewriteJson } from './rewrite-json.ts';
import type { Place, Scalar } from './rewrite-json.ts';
import type { Suppression } from './suppression.ts';

/** What one request shows of itself. */
export interface GuardedRequest {
  readonly source: SourceConfig;
  /** The whole body. */
  readonly raw: Buffer;
  /** The secret write key that it came with; null where the key is public. */
  readonly secret: string | null;
  /** Of `raw`, where they are known. */
  readonly signs?: Signs | undefined;
}

/** Takes out of a request's events what must not reach the disk. */
export interface RequestGuard {
  /** The columns and the payload as they may be kept; null if the event is of somebody who was forgotten. */
  event(columns: EventColumns, payload: Buffer): { columns: EventColumns; payload: Buffer } | null;
  /** A payload that was refused, or a whole body; `isJson` if it can be read. */
  refused(payload: Buffer, isJson: boolean): Buffer;
  /** The id in the collector's own cookie. */
  visitor(id: string | null): string | null;
  /** The rest of the envelope. */
  context(text: string | null): string | null;
  /** Resolves once what it takes to recognise the pseudonyms again is on disk: to be awaited before the events are written. Null if there are none. */
  settle(): Promise<void> | null;
}

export type Guard = (request: GuardedRequest) => RequestGuard;

export interface GuardParts {
  readonly ip: IpPolicy;
  /** Where the source has none of its own. */
  readonly identifiers: IdentifierPolicy;
  /** Names of further personal fields. */
  readonly fields: readonly string[];
  readonly pseudonyms: Pseudonyms;
  readonly suppression: Suppression;
}

const ids = new Set(['userId', 'previousId', 'groupId', 'anonymousId']);
const sha256Hex = /^[0-9a-f]{64}$/i;
const personalSigns =
  /@|%40|phone|mobile|tel|msisdn|whatsapp|viber|cell|телефон|sha256|hash|previousId|\+\d|%2b|\\u|[78][\s-]?\(/i;

const maskText = (bytes: Buffer): Buffer =>
  Buffer.from(
    bytes
      .toString('latin1')
      .replace(/[^\s"'<>(),:;=&?]{1,64}(?:@|%40)[^\s"'<>(),:;=&?]{1,255}/g, (found) =>
        '*'.repeat(found.length),
      )
      .replace(/\+?\d(?:[\s().-]{0,3}\d){9,14}/g, (found) => found.replace(/\d/g, '*')),
    'latin1',
  );

const mask = (bytes: Buffer, secret: string | null): Buffer => {
  if (!secret || !bytes.includes(secret)) return bytes;
  const masked = Buffer.from(bytes);
  const size = Buffer.byteLength(secret);
  for (let at = masked.indexOf(secret); at >= 0; at = masked.indexOf(secret, at))
    masked.fill('*', at, at + size);
  return masked;
};

/** Of a request from which nothing has to be taken: of most. */
const untouched: RequestGuard = {
  event: (columns, payload) => ({ columns, payload }),
  refused: (payload) => payload,
  visitor: (id) => id,
  context: (text) => text,
  settle: () => null,
};

export const createGuard = (parts: GuardParts): Guard => {
  const { ip, pseudonyms, suppression } = parts;
  const kinds = createFieldKinds(parts.fields);

  return ({ source, raw, secret, signs = sliceWhole(raw).signs }) => {
    const policy = source.identifiers ?? parts.identifiers;
    const protects = policy !== 'plain';
    const forgets = !suppression.isEmpty();
    // Most bodies have no name of an address and are then not looked into; an escape could hide one.
    const hides = ip !== 'keep' && (signs.address || signs.escape);
    const hasKey = signs.keyPlaces.length > 0 || signs.escape;
    const looks = protects || (forgets && personalSigns.test(raw.toString('utf8')));
    if (!hides && !looks && !forgets && !hasKey && secret === null) return untouched;
    const session = pseudonyms.session();

    /** The JSON in the place of a personal value; null where it may stay. */
    const stand: Replace = (kind, value, hashed) => {
      if (kind !== 'other' && suppression.has(kind, value, hashed)) return '';
      if (!protects || pseudonymShape.test(value)) return null;
      return session.of(policy, { kind, value, hashed });
    };

    const standInField = (kind: FieldKind, value: string): string | null => {
      if (value.trim() === '' || isPlaceholder(value)) return null;
      if (kind === 'hashed-phone' || kind === 'hashed-email') {
        const of = kind === 'hashed-phone' ? 'phone' : 'email';
        return sha256Hex.test(value) ? stand(of, value.toLowerCase(), true) : stand('other', value, false);
      }
      if (kind === 'maybe-phone')
        return readPhone(value) === null ? null : stand('phone', readPhone(value)!, false);
      return stand(kind as PersonalKind, readValue(kind as PersonalKind, value), false);
    };

    const jsonOf = (stands: string | null): string | null =>
      stands === null ? null : stands === '' ? 'null' : JSON.stringify(stands);

    /** The traits of a group are a company's. */
    let ofGroup = false;
    const fieldKind = (key: string, place: Place): FieldKind => {
      const kind = kinds.at(key, place);
      return kind === 'other' && ofGroup && kinds.of(key) !== 'other' ? 'none' : kind;
    };

    const personal = ({ key, place, text: value, isString }: Scalar): string | null => {
      const kind = fieldKind(key, place);
      const isTop = place.parent?.parent === null;
      if (isTop && ids.has(key)) {
        if (suppression.has('visitor', value) || suppression.has('user', value)) return 'null';
        const of = isString || /^\d+$/.test(value) ? kindOfId(value) : null;
        return of && jsonOf(stand(of, readValue(of, value), false));
      }
      if (kind !== 'none' && kind !== 'ip') {
        const scalar = isString || /^-?\d/.test(value);
        const stands = scalar ? standInField(kind, value) : null;
        if (stands !== null) return jsonOf(stands);
      }
      if (!isString || (isTop && (key === 'messageId' || key === 'type'))) return null;
      const replaced = replaceInText(value, kinds, stand);
      return replaced === value ? null : JSON.stringify(replaced);
    };

    const value = (scalar: Scalar): string | null => {
      const { key, place, text: content, isString } = scalar;
      if (hasKey && isString && key === 'writeKey' && content !== source.writeKey) return 'null';
      if (hides && isString && kinds.at(key, place) === 'ip') {
        const kept = applyIpPolicy(content, ip);
        // A list of addresses, as proxies write, is not cut one by one.
        if (kept !== null || isIP(content.split(',')[0]!.trim()) !== 0 || ip === 'drop') {
          return kept === content ? null : JSON.stringify(kept);
        }
      }
      return looks ? personal(scalar) : null;
    };
    const key = (name: string): string | null => {
      if (!looks || !/@|\+\d/.test(name)) return null;
      const replaced = replaceInText(name, kinds, stand);
      return replaced === name ? null : replaced;
    };

    const asked: boolean = hides || looks;
    /** Few events have a key in them. */
    const mayHoldKey = (bytes: Buffer): boolean => {
      if (!hasKey) return false;
      const from = bytes.byteOffset - raw.byteOffset;
      if (bytes.buffer !== raw.buffer || signs.escape) return true;
      return signs.keyPlaces.some((at) => at >= from && at < from + bytes.length);
    };
    const rewrite = (bytes: Buffer): Buffer =>
      mask(asked || mayHoldKey(bytes) ? rewriteJson(bytes, { value, key }) : bytes, secret);

    /** An identifier column: `+7…`, an address, or `sha256:…`. */
    const column = (kind: 'phone' | 'email', found: string | null): string | null => {
      if (found === null) return null;
      const hashed = found.startsWith('sha256:');
      const stands = stand(kind, hashed ? found.slice('sha256:'.length) : found, hashed);
      return stands === null ? found : stands || null;
    };
    const id = (found: string | null): string | null => {
      const kind = found !== null && looks ? kindOfId(found) : null;
      if (found === null || kind === null) return found;
      const stands = stand(kind, readValue(kind, found), false);
      return stands === null ? found : stands || null;
    };

    const isForgotten = ({ anonymousId, userId }: EventColumns): boolean =>
      (anonymousId !== null && suppression.has('visitor', anonymousId)) ||
      (userId !== null && suppression.has('user', userId));

    return {
      event(columns, payload) {
        if (forgets && isForgotten(columns)) return null;
        if (!asked && secret === null && !forgets && !mayHoldKey(payload)) return { columns, payload };
        ofGroup = columns.type === 'group';
        return {
          columns: {
            ...columns,
            phone: column('phone', columns.phone),
            email: column('email', columns.email),
            userId: id(columns.userId),
            anonymousId: id(columns.anonymousId),
          },
          payload: rewrite(payload),
        };
      },
      refused(payload, isJson) {
        ofGroup = false;
        if (isJson) return rewrite(payload);
        if (protects || (forgets && !isUtf8(payload))) return mask(maskText(payload), secret);
        if (!forgets) return mask(payload, secret);
        return mask(Buffer.from(replaceInText(payload.toString('utf8'), kinds, stand)), secret);
      },
      visitor: (found) => (found !== null && suppression.has('visitor', found) ? null : found),
      context: (found) => (found === null ? null : rewrite(Buffer.from(found)).toString('utf8')),
      settle: () => session.settle(),
    };
  };
};
