import type { FactData } from '@backroom/facts'
import { defineWorkflow, type Steps } from '@backroom/workflows'
import { type Owed, releaseOwed } from '../compensation.ts'
import type { Tables } from '../database-tables.ts'
import { chosenGoods } from './exchange.ts'
import { giveOwed, type Outcome, type Way } from './give-owed.ts'
import { owedLines } from './owed-lines.ts'

/** A resolution of a return, as returns decided it. */
export type Resolving = FactData<'return.resolving.v1'>

/**
 * Brings about how a return was resolved: refund, store credit or exchange, never more than was drawn for it. Returns hears
 * how it ended.
 */
export const returnRefund = defineWorkflow<Tables>()({
  name: 'return_refund',
  kind: 'return_refund',
  async run(input: Resolving, steps): Promise<Outcome> {
    const owed = owedFor(input)
    const undone: Outcome = { status: 'failed', message: 'It could not be carried out and was undone.' }
    steps.undo('tell', (undo) => tell(undo, 'tell_undone', input, undone))
    const way = wayOf(input, owed)
    const outcome = way ? await giveOwed(steps, owed, way) : await withoutMoney(steps, owed)
    await tell(steps, 'tell', input, outcome)
    return outcome
  },
})

function owedFor(input: Resolving): Owed {
  return {
    source: 'rma',
    sourceId: input.resolution_id,
    number: input.rma_number,
    orderId: input.order_id,
    customerId: input.customer_id,
    amountMinor: input.amount_minor,
    currency: input.currency,
    lines: owedLines(input),
  }
}

function wayOf({ kind, replacement_lines: wanted, lines }: Resolving, owed: Owed): Way | undefined {
  if (kind === 'refund' || kind === 'store_credit') return { kind }
  if (kind !== 'exchange') return undefined
  return { kind: 'replacement', price: (db) => chosenGoods(db, owed, wanted ?? lines.filter(({ qty }) => qty > 0)) }
}

/** A repair and a rejection give the customer the goods back, and the order line its entitlement. */
async function withoutMoney(steps: Steps<Tables>, owed: Owed): Promise<Outcome> {
  steps.pivot()
  await steps.transaction('release', (db) => releaseOwed(db, owed))
  return { status: 'succeeded' }
}

function tell(
  steps: Pick<Steps<never>, 'call'>,
  name: string,
  { rma_number, resolution_id }: Resolving,
  outcome: Outcome,
): Promise<unknown> {
  return steps.call(name, 'rma', 'record_resolution', { rma_number, resolution_id, ...outcome })
}
