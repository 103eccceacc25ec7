import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { lineSubject } from '../approval-subject.ts'
import { dispositions } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { decideDisposition, getDisposition } from '../disposition.ts'
import { Quantity, RmaLineId, SerialNumber, WarehouseId } from '../identifiers.ts'
import { getRma, lineById, lockRma } from '../rma.ts'
import { dispositionShape } from '../rma-parts-view.ts'
import { DispositionShape } from '../shapes.ts'
import { rmaUris } from '../uris.ts'
import { requireStaff, viewerOf } from '../viewer.ts'
import { disposeGoods } from '../workflows/dispose-goods.ts'

const PROCESS = 'dispose:'

export const setDisposition = defineTool({
  name: 'set_disposition',
  title: 'Set disposition',
  description:
    'Say what becomes of inspected units of a line. Accepted ones: restock puts them on sale; refurbish, quarantine and return_to_vendor set them apart; donate and scrap take them out of stock. Rejected ones go back to the customer (ship_back). Inventory books them once.',
  scope: 'rma:inspect',
  effect: 'destructive',
  idempotent: true,
  repeat: 'key_required',
  approval: async ({ rma_line_id, disposition, qty }, { db, caller }) => {
    const line = await lineById(db, rma_line_id)
    const { currency } = await getRma(db, line.rma_id, viewerOf(caller))
    if (disposition !== 'scrap' && disposition !== 'donate') return { tier: 'A0' }
    const minor = qty * line.unit_minor
    return tierOf(db, { tool: 'set_disposition', account: caller.subject, amount: { minor, currency } })
  },
  subject: ({ rma_line_id }, { db }) => lineSubject(db, rma_line_id),
  input: z.object({
    rma_line_id: RmaLineId,
    disposition: z.enum(dispositions),
    qty: Quantity,
    warehouse: WarehouseId.optional().describe('Where the units are; where they were received by default'),
    location: z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .optional()
      .describe('Bin to put them to; chosen by inventory when left out'),
    serials: z.array(SerialNumber).max(1_000).default([]).describe('Of units that are restocked'),
  }),
  output: DispositionShape,
  text: ({ qty, disposition, status, location }) =>
    `${qty} units: ${disposition}, ${status}${location ? ` in ${location}` : ''}`,
  start: async ({ rma_line_id, warehouse, serials, ...disposal }, { db, caller, changed }) => {
    requireStaff(caller)
    const rma = await lockRma(db, (await lineById(db, rma_line_id)).rma_id)
    const line = await lineById(db, rma_line_id)
    const row = await decideDisposition(db, rma, line, {
      ...disposal,
      warehouse: warehouse ?? rma.warehouse,
      actor: caller.subject,
    })
    const id = `${PROCESS}${row.id}`
    const input = { dispositionId: row.id, rmaId: rma.id, sku: line.sku, serials }
    await begin(db, disposeGoods, { id, subject: rma.id, input, startedBy: caller.subject })
    changed(...rmaUris(rma))
    return { workflowId: id, handle: rma.number }
  },
  outcome: async (id, { db }) => {
    const { dispositionId } = await outcomeOf(disposeGoods, id)
    return dispositionShape(await getDisposition(db, dispositionId))
  },
})
