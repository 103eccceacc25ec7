import { z } from 'zod'
import { cartonConditions } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { ExpectedVersion, OrderLineId, Quantity, RmaReference, WarehouseId } from '../identifiers.ts'
import { receive } from '../receipt.ts'
import { lockRma, requireVersion } from '../rma.ts'
import { receiptShape } from '../rma-parts-view.ts'
import { describeRma } from '../rma-view.ts'
import { ReceiptShape, RmaShape } from '../shapes.ts'
import { rmaUris } from '../uris.ts'
import { requireStaff } from '../viewer.ts'

export const receiveReturn = defineTool({
  name: 'receive_return',
  title: 'Receive return',
  description:
    'Book goods of a return that have reached a dock, all or a part of them. Set complete when nothing more will come: missing units are then not paid for.',
  scope: 'rma:receive',
  effect: 'write',
  idempotent: true,
  repeat: 'key_required',
  input: z.object({
    rma_number: RmaReference,
    lines: z
      .array(
        z.object({
          line: OrderLineId.describe('rma_line_id or order_line_id'),
          qty: Quantity,
          condition: z.string().trim().min(1).max(120).default('as described'),
        }),
      )
      .max(100)
      .default([]),
    warehouse: WarehouseId.optional().describe('Where it arrived; where it was expected by default'),
    dock: z
      .string()
      .regex(/^[\w.-]{1,32}$/)
      .optional(),
    carton_condition: z.enum(cartonConditions).default('intact'),
    complete: z.boolean().default(false).describe('Nothing more will come'),
    expected_version: ExpectedVersion,
  }),
  output: z.object({ receipt: ReceiptShape, rma: RmaShape }),
  text: ({ receipt, rma }) =>
    `${receipt.lines.reduce((sum, { qty }) => sum + qty, 0)} units booked; ${rma.rma_number} is ${rma.status}`,
  handle: async (args, { db, caller, changed }) => {
    requireStaff(caller)
    const locked = await lockRma(db, args.rma_number)
    requireVersion(locked, args.expected_version)
    const { rma, receipt } = await receive(db, locked, {
      lines: args.lines,
      warehouse: args.warehouse ?? locked.warehouse,
      dock: args.dock,
      cartonCondition: args.carton_condition,
      complete: args.complete,
      actor: caller.subject,
    })
    changed(...rmaUris(locked), ...rmaUris(rma))
    return { receipt: receiptShape(receipt), rma: await describeRma(db, rma) }
  },
})
