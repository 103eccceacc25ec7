import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { Lot } from '../identifiers.ts'
import { completeLot } from '../lot-view.ts'

export const recallLot = definePrompt({
  name: 'recall_lot',
  title: 'Recall a lot',
  description: 'Take a lot from sale and find every order that has units of it.',
  scope: 'wms:read',
  arguments: z.object({ lot: Lot }),
  complete: { lot: (typed, { db }) => completeLot(db, typed) },
  messages: ({ lot }) => [
    {
      role: 'user',
      text: `Prepare the recall of lot ${lot}. List where its units lie, per warehouse and bin, and propose one quarantine_stock call with recall for each place that has units on sale. List the orders that have units of it, those that have shipped apart from those still in the building, with quantities. Say which orders would have to be picked anew and what you could not find out. Change nothing before I agree.`,
    },
    { role: 'user', resource: `inventory://lots/${lot}` },
  ],
})
