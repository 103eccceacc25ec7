import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import { closeWhenDone } from './disposition.ts'
import { breakdownOf } from './refund-breakdown.ts'
import { reportReturn } from './report.ts'
import { advanceInForce, type Resolution } from './resolution-state.ts'
import { linesOf, type Rma } from './rma.ts'
import { setStatus, update } from './rma-status.ts'

/** What became of a resolution, as the orders server tells. */
export interface ResolutionOutcome {
  resolutionId: string
  status: 'succeeded' | 'failed'
  paymentRefundRef?: string | undefined
  creditRef?: string | undefined
  replacementOrderRef?: string | undefined
  message?: string | undefined
}

/**
 * Records what became of a resolution of a locked return. The same again changes nothing; one that failed leaves the return
 * where another can be decided.
 *
 * @throws {BusinessError} not_found; conflict when it ended in another way before
 */
export async function recordOutcome(
  db: Kysely<Tables>,
  rma: Rma,
  outcome: ResolutionOutcome,
): Promise<{ rma: Rma; resolution: Resolution }> {
  const found = await lockResolution(db, rma, outcome.resolutionId)
  if (found.status !== 'pending') {
    if (found.status !== outcome.status) throw endedOtherwise(found)
    return { rma, resolution: found }
  }
  const resolution = await db
    .updateTable('resolution')
    .set({
      status: outcome.status,
      payment_refund_ref: outcome.paymentRefundRef ?? null,
      credit_ref: outcome.creditRef ?? null,
      replacement_order_ref: outcome.replacementOrderRef ?? null,
      message: outcome.message ?? null,
      ended_at: new Date(),
    })
    .where('id', '=', found.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (resolution.advance) return { rma: await update(db, rma, {}), resolution }
  if (outcome.status === 'failed')
    return { rma: await setStatus(db, rma, rma.returnless ? 'authorized' : 'inspected'), resolution }
  await settleAdvance(db, rma)
  const resolved = await setStatus(db, rma, 'resolved', { resolved_at: new Date() })
  const lines = await linesOf(db, [rma.id])
  await reportReturn(db, resolved, 'resolved', lines, ({ qty_accepted }) => qty_accepted)
  return { rma: await closeWhenDone(db, resolved), resolution }
}

/** Goods have come for what was paid in advance; what they fell short of is owed. */
async function settleAdvance(db: Kysely<Tables>, rma: Rma): Promise<void> {
  const advance = await advanceInForce(db, rma.id)
  if (!advance) return
  const { owedBackMinor } = await breakdownOf(db, rma)
  await db
    .updateTable('resolution')
    .set({ clawback: owedBackMinor > 0 ? 'due' : 'covered', clawback_minor: owedBackMinor })
    .where('id', '=', advance.id)
    .execute()
}

async function lockResolution(db: Kysely<Tables>, { id, number }: Rma, resolutionId: string): Promise<Resolution> {
  const row = await db
    .selectFrom('resolution')
    .selectAll()
    .where('id', '=', resolutionId)
    .where('rma_id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (row) return row
  throw new BusinessError('not_found', `${number} has no resolution ${resolutionId}.`)
}

function endedOtherwise({ id, status }: Resolution): BusinessError {
  return new BusinessError('conflict', `The resolution ${id} has ${status} already.`, { details: { status } })
}
