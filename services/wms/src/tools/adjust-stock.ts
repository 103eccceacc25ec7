import { z } from 'zod'
import { adjustStock as adjust, adjustmentReasons } from '../adjustment.ts'
import { adjustmentPolicy } from '../approval-policy.ts'
import { stockSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { report } from '../facts.ts'
import { Location, Lot, Sku, WarehouseId } from '../identifiers.ts'
import { MovementEntry, movementEntry } from '../shapes.ts'
import { stockUris } from '../uris.ts'

const MOST_UNITS = 1_000_000

export const adjustStock = defineTool({
  name: 'adjust_stock',
  title: 'Adjust stock',
  description:
    'Correct the available units of a SKU in a warehouse when the shelf and the books differ. Positive delta: units found; negative: units gone. Pass expected_version of get_stock to be sure that nothing changed in between.',
  scope: 'wms:adjust',
  effect: 'destructive',
  idempotent: true,
  approval: ({ sku, delta }, { db, caller }) =>
    adjustmentPolicy(db, { units: [{ sku, qty: delta }], account: caller.subject }),
  subject: (place, { db }) => stockSubject(db, place),
  input: z.object({
    sku: Sku,
    warehouse: WarehouseId,
    location: Location.optional(),
    lot: Lot.optional(),
    delta: z
      .int()
      .min(-MOST_UNITS)
      .max(MOST_UNITS)
      .refine((delta) => delta !== 0, 'must not be 0')
      .describe('Signed units'),
    reason_code: z.enum(adjustmentReasons),
    evidence: z.string().max(500).optional().describe('What shows it: a count sheet, a photo, a witness'),
    expected_version: z.int().positive().optional(),
  }),
  output: MovementEntry,
  text: ({ sku, warehouse, balance_after }) => `${sku} at ${warehouse}: ${balance_after} on hand now`,
  handle: async (args, { db, caller, changed }) => {
    const { sku, warehouse, location, lot, delta, reason_code, evidence, expected_version } = args
    const movement = await adjust(db, {
      sku,
      warehouse,
      location,
      lot,
      delta,
      reason: reason_code,
      evidence,
      expectedVersion: expected_version,
      actor: caller.subject,
    })
    await report(db, 'stock.adjusted.v1', sku, { sku, warehouse, delta, reason_code })
    changed(...stockUris([{ sku, warehouse }]))
    return movementEntry(movement)
  },
})
