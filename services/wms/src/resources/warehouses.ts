import { defineResource } from '../define.ts'
import { listWarehouses } from '../master-data.ts'

export const warehouses = defineResource({
  name: 'warehouses',
  title: 'Warehouses',
  description: 'All warehouses: id, name, region, place, cutoff time and what they can do.',
  uri: 'inventory://warehouses',
  scope: 'wms:read',
  read: async (_, { db }) => ({ items: await listWarehouses(db) }),
})
