import { defineResource } from '../define.ts'
import { getRma } from '../rma.ts'
import { completeNumber } from '../rma-search.ts'
import { describeRma } from '../rma-view.ts'
import { viewerOf } from '../viewer.ts'

export const rma = defineResource({
  name: 'rma',
  title: 'Return',
  description: 'A return with its lines, label, receipts, inspections, dispositions, resolutions and money.',
  uri: 'returns://rma/{number}',
  scope: 'rma:read',
  subscribable: true,
  complete: { number: (typed, { db, caller }) => completeNumber(db, typed, viewerOf(caller)) },
  read: async ({ number = '' }, { db, caller }) => {
    const viewer = viewerOf(caller)
    return describeRma(db, await getRma(db, number, viewer), viewer)
  },
})
