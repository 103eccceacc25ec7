import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { Sku } from '../identifiers.ts'
import { completeSku } from '../master-data.ts'

export const stockoutPostmortem = definePrompt({
  name: 'stockout_postmortem',
  title: 'Stock-out post-mortem',
  description: 'Find out why a SKU ran out and what would have prevented it.',
  scope: 'wms:read',
  arguments: z.object({ sku: Sku }),
  complete: { sku: (typed, { db }) => completeSku(db, typed) },
  messages: ({ sku }) => [
    {
      role: 'user',
      text: `Explain how ${sku} came to run low or out of stock. Build a timeline from its movements: when it crossed the reorder point, what was on order then, and how deliveries compared with the lead time. Compare demand with forecast_demand. Name the cause, and propose a reorder point and an order quantity that would have prevented it. Ask me before you place or change anything.`,
    },
    { role: 'user', resource: `inventory://sku/${sku}` },
    { role: 'user', resource: `inventory://sku/${sku}/movements` },
  ],
})
