import { defineResource } from '../define.ts'
import { completeLot, describeLot } from '../lot-view.ts'

export const lot = defineResource({
  name: 'lot',
  title: 'Lot',
  description: 'A lot: when it expires, whether it is recalled, where its units lie and which orders have some.',
  uri: 'inventory://lots/{lot}',
  scope: 'wms:read',
  complete: { lot: (typed, { db }) => completeLot(db, typed) },
  read: ({ lot: number = '' }, { db }) => describeLot(db, number),
})
