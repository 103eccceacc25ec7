import { BusinessError } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { resolutionKinds } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { RmaReference } from '../identifiers.ts'
import { type Breakdown, breakdownOf } from '../refund-breakdown.ts'
import { offerOf } from '../resolution.ts'
import { getRma, linesOf, type Rma } from '../rma.ts'
import { basisOf, moneyShape } from '../rma-view.ts'
import { MoneyShape } from '../shapes.ts'
import { viewerOf } from '../viewer.ts'

export const proposeResolution = defineTool({
  name: 'propose_resolution',
  title: 'Propose resolution',
  description:
    'What a return is worth to the minor unit, line by line, and what each way to end it would give the customer. Changes nothing; resolve_return decides.',
  scope: 'rma:read',
  effect: 'read',
  input: z.object({ rma_number: RmaReference }),
  output: z.object({
    rma_number: z.string(),
    resolvable: z.boolean().describe('resolve_return would be accepted now'),
    money: MoneyShape,
    lines: z.array(
      z.object({
        order_line_id: z.string(),
        sku: z.string(),
        qty: z.int(),
        share_minor: z.int(),
        fee_minor: z.int(),
        net_minor: z.int(),
      }),
    ),
    options: z.array(
      z.object({
        kind: z.enum(resolutionKinds),
        amount_minor: z.int(),
        fee_minor: z.int(),
        replacement_lines: z.array(z.object({ sku: z.string(), qty: z.int() })).optional(),
      }),
    ),
    recommended: z.enum(resolutionKinds).describe('What the customer asked for, where it is possible'),
    expected_version: z.int().describe('For resolve_return'),
  }),
  text: ({ rma_number, money }) =>
    `Up to ${formatMoney(money.ceiling_minor, money.currency)} can be paid for ${rma_number}`,
  handle: async ({ rma_number }, { db, caller }) => {
    const rma = await getRma(db, rma_number, viewerOf(caller))
    const basis = basisOf(rma, await linesOf(db, [rma.id]))
    const worth = await breakdownOf(db, rma, basis)
    const options = resolutionKinds.flatMap((kind) => optionOf(rma, worth, kind))
    return {
      rma_number: rma.number,
      resolvable: isResolvable(rma),
      money: moneyShape(rma, basis, worth),
      lines: worth.lines.map(({ line, qty, shareMinor, feeMinor, netMinor }) => ({
        order_line_id: line.order_line_id,
        sku: line.sku,
        qty,
        share_minor: shareMinor,
        fee_minor: feeMinor,
        net_minor: netMinor,
      })),
      options,
      recommended: options.find(({ kind }) => kind === rma.resolution_wanted)?.kind ?? options[0]?.kind ?? 'reject',
      expected_version: rma.version,
    }
  },
})

function optionOf(rma: Rma, worth: Breakdown, kind: (typeof resolutionKinds)[number]) {
  try {
    const { amountMinor, feeMinor, replacement } = offerOf(rma, worth, { kind })
    const goods = replacement ? { replacement_lines: replacement } : {}
    return [{ kind, amount_minor: amountMinor, fee_minor: feeMinor, ...goods }]
  } catch (error) {
    // A kind that does not fit what passed the inspection is no option.
    if (error instanceof BusinessError) return []
    throw error
  }
}

function isResolvable({ status, returnless }: Rma): boolean {
  return status === 'inspected' || status === 'disputed' || (returnless && status === 'authorized')
}
