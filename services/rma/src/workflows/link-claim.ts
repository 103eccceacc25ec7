import { defineWorkflow } from '@backroom/workflows'
import { announce } from '../changes.ts'
import type { Tables } from '../database-tables.ts'
import { linesOf, lockRma, type Rma } from '../rma.ts'
import { update } from '../rma-status.ts'
import { rmaUris } from '../uris.ts'

export interface LinkClaimInput {
  rmaId: string
  shipmentRef: string
  statement: string
}

/** Has claims draft a case against the carrier for goods of a return; the customer is compensated by the return alone. */
export const linkClaim = defineWorkflow<Tables>()({
  name: 'link_carrier_claim',
  kind: 'return',
  deadlineMs: 120_000,
  async run({ rmaId, shipmentRef, statement }: LinkClaimInput, steps): Promise<{ rmaId: string; claim: string }> {
    const { rma, lines } = await steps.transaction('read', async (db) => ({
      rma: await lockRma(db, rmaId),
      lines: await linesOf(db, [rmaId]),
    }))
    const { claim_number: claim } = await steps.call<{ claim_number: string }>('claim', 'claims', 'open_claim', {
      order_id: rma.order_id,
      shipment_id: shipmentRef,
      type: 'damaged',
      draft: true,
      rma_number: rma.number,
      // The return covers the customer; the draft is about the carrier.
      force_new: true,
      lines: lines.map(({ order_line_id, qty_authorised, qty_requested }) => ({
        order_line_id,
        qty: qty_authorised || qty_requested,
      })),
      statement,
    })
    steps.pivot()
    announce(...rmaUris(await steps.transaction('link', (db) => link(db, rmaId, claim))))
    return { rmaId, claim }
  },
})

async function link(db: Parameters<typeof lockRma>[0], rmaId: string, claim: string): Promise<Rma> {
  return update(db, await lockRma(db, rmaId), { carrier_claim: claim })
}
