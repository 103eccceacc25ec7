import { z } from 'zod'
import { extend } from '../decision.ts'
import { defineTool } from '../define.ts'
import { ExpectedVersion, RmaReference } from '../identifiers.ts'
import { lockRma, requireVersion } from '../rma.ts'
import { describeRma } from '../rma-view.ts'
import { RmaShape } from '../shapes.ts'
import { rmaUris } from '../uris.ts'
import { requireStaff } from '../viewer.ts'

export const extendRma = defineTool({
  name: 'extend_rma',
  title: 'Extend return',
  description: 'Give the customer more days to send the goods of an authorised return.',
  scope: 'rma:write',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'key_required',
  input: z.object({ rma_number: RmaReference, days: z.int().min(1).max(90), expected_version: ExpectedVersion }),
  output: RmaShape,
  text: ({ rma_number, expires_at }) => `${rma_number} is open until ${expires_at}`,
  handle: async ({ rma_number, days, expected_version }, { db, caller, changed }) => {
    requireStaff(caller)
    const rma = await lockRma(db, rma_number)
    requireVersion(rma, expected_version)
    const extended = await extend(db, rma, days)
    changed(...rmaUris(extended))
    return describeRma(db, extended)
  },
})
