import { NitkaError } from '@nitka/core';
import type { CommonFields } from '../calls.ts';
import { timeOf } from '../event-fields.ts';
import { messageIdFrom } from '../message-id.ts';

/** What every business event takes besides its own fields. */
export interface Fact extends Omit<CommonFields, 'timestamp'> {
  /** When it happened by the clock of the till or program. */
  readonly at: Date | string | number;
  /** Where: number or name of the shop, sent as `shop`. */
  readonly shop?: string | number | undefined;
  /** Which till of the shop, sent as `till`. */
  readonly till?: string | number | undefined;
  /** Fields of your own, sent beside the known ones, which win. */
  readonly extra?: object | undefined;
}

export interface FactCall<Name extends string, Properties extends object> extends CommonFields {
  readonly event: Name;
  readonly properties: Properties;
  readonly messageId: string;
}

/** @throws NitkaError `invalid_call` */
export const textOf = (value: unknown, field: string): string => {
  if (typeof value === 'string' && value.trim() !== '') return value;
  if (Number.isSafeInteger(value)) return String(value);
  throw new NitkaError('invalid_call', `${field} must be a text or an integer of at most 15 digits`);
};

/**
 * What a table says of one of its names.
 *
 * @throws NitkaError `invalid_call` for a name that it has not
 */
export const choose = <Choice>(
  table: Readonly<Record<string, Choice>>,
  name: unknown,
  field: string,
): Choice => {
  if (typeof name === 'string' && Object.hasOwn(table, name)) return table[name]!;
  throw new NitkaError('invalid_call', `${field} must be one of: ${Object.keys(table).join(', ')}`);
};

/** @throws NitkaError `invalid_call` */
export const requireObject = (value: unknown, what: string): void => {
  if (typeof value !== 'object' || value === null)
    throw new NitkaError('invalid_call', `${what} must be an object`);
};

/**
 * Makes the call of a business event. An unknown customer is no fault: without an id and a contact the event stands
 * under its own messageId.
 *
 * @param key what makes the fact unique, its kind first; the messageId is made from it unless the fact has one
 */
export const factCall = <Name extends string, Properties extends object>(
  event: Name,
  key: readonly [kind: string, ...(string | number)[]],
  fact: Fact,
  properties: Properties,
): FactCall<Name, Properties> => {
  const { userId, anonymousId, phone, email, context, integrations, at, shop, till, extra } = fact;
  if (at === undefined || at === null) throw new NitkaError('invalid_call', 'at is missing');
  // Looked at here, where its name is known.
  timeOf(at, 'at');
  const messageId = fact.messageId ?? messageIdFrom(...key);
  const isUnknown = [userId, anonymousId, phone, email].every((id) => (id ?? '') === '');
  return {
    event,
    messageId,
    userId,
    anonymousId: isUnknown ? messageId : anonymousId,
    phone,
    email,
    context,
    integrations,
    timestamp: at,
    properties: {
      ...extra,
      ...properties,
      ...(shop !== undefined && { shop: textOf(shop, 'shop') }),
      ...(till !== undefined && { till: textOf(till, 'till') }),
    },
  };
};
