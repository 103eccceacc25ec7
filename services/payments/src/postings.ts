import type { Intent } from './database-tables.ts'
import { type LedgerTransaction, type Posting, transfer } from './ledger.ts'

/**
 * What each happening books. All amounts in minor units of the payment's currency.
 *
 * | happening            | debit                      | credit                                        |
 * |----------------------|----------------------------|-----------------------------------------------|
 * | authorisation, void  | nothing: no money has moved |                                              |
 * | capture              | psp_clearing               | sales_revenue, shipping_revenue, tax_payable  |
 * | refund               | refunds, tax_payable       | psp_clearing                                  |
 * | refund that came back | the refund in reverse     |                                               |
 * | fee                  | psp_fees                   | psp_clearing                                  |
 * | dispute, money taken | dispute_reserve            | psp_clearing                                  |
 * | dispute won          | psp_clearing               | dispute_reserve                               |
 * | dispute lost         | write_offs                 | dispute_reserve                               |
 * | store credit granted | refunds                    | store_credit_liability of the customer        |
 * | recovery received    | psp_clearing               | claims_recovery                               |
 */
type Movement = Pick<Intent, 'currency' | 'amount_minor' | 'shipping_minor' | 'tax_minor'>

/** A capture, divided as the payment divides: `before` is what was captured until now. */
export function captured(intent: Movement, operationId: string, before: number, amount: number): LedgerTransaction {
  const { currency } = intent
  const part = partOf(intent, before, amount)
  return {
    kind: 'capture',
    cause: operationId,
    externalRef: operationId,
    postings: [
      { account: 'psp_clearing', direction: 'debit', amount, currency },
      { account: 'sales_revenue', direction: 'credit', amount: part.goods, currency },
      { account: 'shipping_revenue', direction: 'credit', amount: part.shipping, currency },
      { account: 'tax_payable', direction: 'credit', amount: part.tax, currency },
    ],
  }
}

/** A refund: its share of tax is not owed to the state any more, the rest is the retailer's expense. */
export function refunded(intent: Movement, operationId: string, before: number, amount: number): LedgerTransaction {
  const { currency } = intent
  const { tax } = partOf(intent, before, amount)
  return {
    kind: 'refund',
    cause: operationId,
    externalRef: operationId,
    postings: [
      { account: 'refunds', direction: 'debit', amount: amount - tax, currency },
      { account: 'tax_payable', direction: 'debit', amount: tax, currency },
      { account: 'psp_clearing', direction: 'credit', amount, currency },
    ],
  }
}

/** The provider takes the money of a dispute as soon as it opens. */
export function disputeWithdrawn(id: string, amount: number, currency: string): LedgerTransaction {
  return dispute('dispute', id, transfer('dispute_reserve', 'psp_clearing', amount, currency))
}

/** The money comes back. */
export function disputeWon(id: string, amount: number, currency: string): LedgerTransaction {
  return dispute('dispute_won', id, transfer('psp_clearing', 'dispute_reserve', amount, currency))
}

/** The money is gone. */
export function disputeLost(id: string, amount: number, currency: string): LedgerTransaction {
  return dispute('dispute_lost', id, transfer('write_offs', 'dispute_reserve', amount, currency))
}

function dispute(kind: string, id: string, postings: Posting[]): LedgerTransaction {
  return { kind, cause: id, externalRef: `${kind}:${id}`, postings }
}

/**
 * What a part of the payment consists of. Each share is the difference of two rounded sums, so that the parts of all
 * captures (or refunds) add up exactly, and no part is ever negative.
 */
export function partOf(intent: Movement, before: number, amount: number) {
  const start = sharesOf(intent, before)
  const end = sharesOf(intent, before + amount)
  return { goods: end.goods - start.goods, shipping: end.shipping - start.shipping, tax: end.tax - start.tax }
}

function sharesOf({ amount_minor, shipping_minor, tax_minor }: Movement, sum: number) {
  const tax = floorShare(sum, tax_minor, amount_minor)
  const shipping = floorShare(sum - tax, shipping_minor, amount_minor - tax_minor)
  return { tax, shipping, goods: sum - tax - shipping }
}

function floorShare(amount: number, part: number, whole: number): number {
  return whole === 0 ? 0 : Number((BigInt(amount) * BigInt(part)) / BigInt(whole))
}
