import { randomUUID } from 'node:crypto';

export interface Order {
  readonly number: string;
  /** Whole roubles. */
  readonly total: number;
}

export interface Customer {
  /** Made by the shop and never changed: an e-mail is a key to find a person, not the person's id. */
  readonly id: string;
  readonly email: string;
  readonly orders: Order[];
}

/** The shop's customers and sessions, in memory: a real shop has a database here. */
export interface Customers {
  login(email: string): { readonly customer: Customer; readonly session: string };
  bySession(session: string | undefined): Customer | null;
  logout(session: string | undefined): void;
}

export const createCustomers = (): Customers => {
  const byEmail = new Map<string, Customer>();
  const sessions = new Map<string, Customer>();

  return {
    login(email) {
      const key = email.trim().toLowerCase();
      const customer = byEmail.get(key) ?? { id: `customer-${randomUUID()}`, email: key, orders: [] };
      byEmail.set(key, customer);
      const session = randomUUID();
      sessions.set(session, customer);
      return { customer, session };
    },
    bySession: (session) => sessions.get(session ?? '') ?? null,
    logout: (session) => void sessions.delete(session ?? ''),
  };
};
