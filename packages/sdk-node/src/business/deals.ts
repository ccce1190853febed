import { choose, factCall, requireObject, textOf, type Fact, type FactCall } from './fact.ts';
import { currencyOf, decimalFields, type Decimal } from './money.ts';

export interface Deal extends Fact {
  readonly dealId: string | number;
  /** Name or id of the stage that the deal is in now. */
  readonly stage: string | number;
  /** @default 'open' */
  readonly status?: 'new' | 'open' | 'won' | 'lost' | undefined;
  readonly pipeline?: string | undefined;
  readonly amount?: Decimal | undefined;
  /** ISO 4217. */
  readonly currency?: string | undefined;
  /** Why it was lost. */
  readonly reason?: string | undefined;
  /** Of the record, where a deal may enter a stage again; otherwise each stage counts once. */
  readonly revision?: string | number | undefined;
}

export interface DealProperties {
  readonly deal_id: string;
  readonly stage: string;
  readonly status: string;
  readonly pipeline?: string;
  readonly amount?: string;
  readonly currency?: string;
  readonly reason?: string;
}

const dealEvents = {
  new: 'Deal Created',
  open: 'Deal Stage Changed',
  won: 'Deal Won',
  lost: 'Deal Lost',
} as const;

type DealEvent = (typeof dealEvents)[NonNullable<Deal['status']>];

/** `Deal Created`, `Deal Stage Changed`, `Deal Won` or `Deal Lost`. @throws NitkaError `invalid_call` */
export const deal = (fact: Deal): FactCall<DealEvent, DealProperties> => {
  requireObject(fact, 'a deal');
  const { dealId, stage, status = 'open', pipeline, amount, currency, reason, revision = '-' } = fact;
  return factCall(
    choose<DealEvent>(dealEvents, status, 'status'),
    ['deal', dealId, status, stage, revision],
    fact,
    {
      deal_id: textOf(dealId, 'dealId'),
      stage: textOf(stage, 'stage'),
      status,
      ...(pipeline !== undefined && { pipeline }),
      ...decimalFields({ amount }),
      ...(currency != null && { currency: currencyOf(currency) }),
      ...(reason !== undefined && { reason }),
    },
  );
};
