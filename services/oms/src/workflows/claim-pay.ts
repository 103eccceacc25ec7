import type { FactData } from '@backroom/facts'
import { defineWorkflow, type Steps } from '@backroom/workflows'
import type { Owed } from '../compensation.ts'
import type { Tables } from '../database-tables.ts'
import { sameAgain } from './exchange.ts'
import { giveOwed, type Outcome, type Way } from './give-owed.ts'
import { owedLines } from './owed-lines.ts'

/** A settlement of a claim, as claims decided it. */
export type Settling = FactData<'claim.settling.v1'>

/** Brings about how a claim was settled: refund, store credit or the same goods again. Claims hears how it ended. */
export const claimPay = defineWorkflow<Tables>()({
  name: 'claim_pay',
  kind: 'claim_pay',
  async run(input: Settling, steps): Promise<Outcome> {
    const owed = owedFor(input)
    const undone: Outcome = { status: 'failed', message: 'It could not be carried out and was undone.' }
    steps.undo('tell', (undo) => tell(undo, 'tell_undone', input, undone))
    const { method } = input
    const way: Way = method === 'replacement' ? { kind: method, price: (db) => sameAgain(db, owed) } : { kind: method }
    const outcome = await giveOwed(steps, owed, way)
    await tell(steps, 'tell', input, outcome)
    return outcome
  },
})

function owedFor(input: Settling): Owed {
  return {
    source: 'claim',
    sourceId: input.settlement_id,
    number: input.claim_number,
    orderId: input.order_id,
    customerId: input.customer_id,
    amountMinor: input.amount_minor,
    currency: input.currency,
    lines: owedLines(input),
  }
}

function tell(
  steps: Pick<Steps<never>, 'call'>,
  name: string,
  { claim_number, settlement_id }: Settling,
  outcome: Outcome,
): Promise<unknown> {
  return steps.call(name, 'claims', 'record_settlement', { claim_number, settlement_id, ...outcome })
}
