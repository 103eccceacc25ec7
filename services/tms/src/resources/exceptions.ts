import { defineResource } from '../define.ts'
import { listOpenExceptions } from '../exception.ts'
import { exceptionView } from '../shipment-view.ts'
import { EXCEPTIONS_URI } from '../uris.ts'

const MOST = 100

export const exceptions = defineResource({
  name: 'exceptions',
  title: 'Open exceptions',
  description: `What went wrong with shipments and is still open; the newest ${MOST}.`,
  uri: EXCEPTIONS_URI,
  scope: 'tms:read',
  subscribable: true,
  read: async (_, { db }) => {
    const { items } = await listOpenExceptions(db, {}, { limit: MOST })
    return { items: items.map(({ order_ref, ...row }) => ({ ...exceptionView(row), order_ref })) }
  },
})
