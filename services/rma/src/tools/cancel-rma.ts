import { z } from 'zod'
import { cancel } from '../decision.ts'
import { defineTool } from '../define.ts'
import { ExpectedVersion, RmaReference, Text } from '../identifiers.ts'
import { lockRma, requireVersion } from '../rma.ts'
import { describeRma } from '../rma-view.ts'
import { RmaShape } from '../shapes.ts'
import { rmaUris } from '../uris.ts'
import { viewerOf } from '../viewer.ts'

export const cancelRma = defineTool({
  name: 'cancel_rma',
  title: 'Cancel return',
  description:
    'Call a return off before its goods are on their way. Its units can be returned or claimed again. Cancelling again changes nothing.',
  scope: 'rma:write',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({ rma_number: RmaReference, reason: Text, expected_version: ExpectedVersion }),
  output: RmaShape,
  text: ({ rma_number }) => `${rma_number} is cancelled`,
  handle: async ({ rma_number, reason, expected_version }, { db, caller, changed }) => {
    const viewer = viewerOf(caller)
    const rma = await lockRma(db, rma_number, viewer)
    requireVersion(rma, expected_version)
    const cancelled = await cancel(db, rma, { actor: caller.subject, note: reason })
    changed(...rmaUris(cancelled))
    return describeRma(db, cancelled, viewer)
  },
})
