import type { Insertable } from 'kysely'
import type { Tables } from '../database-tables.ts'

/** The warehouses of the demo retailer. */
export const demoWarehouses: readonly Insertable<Tables['warehouse']>[] = [
  {
    id: 'WH-1',
    name: 'Reno',
    region: 'west',
    timezone: 'America/Los_Angeles',
    latitude: 39.5296,
    longitude: -119.8138,
    address: '2400 Valley Road, Reno, NV 89512',
    cutoff_time: '15:00',
    capabilities: ['returns'],
  },
  {
    id: 'WH-2',
    name: 'Columbus',
    region: 'central',
    timezone: 'America/New_York',
    latitude: 39.9612,
    longitude: -82.9988,
    address: '815 Alum Creek Drive, Columbus, OH 43207',
    cutoff_time: '16:00',
    capabilities: ['returns', 'hazmat'],
  },
  {
    id: 'WH-3',
    name: 'Allentown',
    region: 'east',
    timezone: 'America/New_York',
    latitude: 40.6023,
    longitude: -75.4714,
    address: '77 Industrial Boulevard, Allentown, PA 18109',
    cutoff_time: '16:30',
    capabilities: ['cold'],
  },
]

/** The suppliers of the demo retailer, and the product category that each delivers. */
export const demoSuppliers: readonly (Insertable<Tables['supplier']> & { category: string })[] = [
  supplier('SUP-01', 'Whisker & Paw Wholesale', 'Cats', 6, 10_000),
  supplier('SUP-02', 'Northgate Electronics Distribution', 'Electronics', 9, 50_000),
  supplier('SUP-03', 'Hearth & Linen Trading', 'Home', 12, 25_000),
  supplier('SUP-04', 'Copperfield Kitchenware', 'Kitchen', 10, 20_000),
  supplier('SUP-05', 'Ridgeline Outdoor Supply', 'Outdoors', 8, 20_000),
  supplier('SUP-06', 'Maple Street Toys', 'Toys', 7, 15_000),
  supplier('SUP-07', 'Harbour Books Distribution', 'Books', 5, 10_000),
  supplier('SUP-08', 'Four Paws Supply', 'Pet supplies', 6, 10_000),
]

function supplier(id: string, name: string, category: string, leadTimeDays: number, moqMinor: number) {
  const contact = `orders@${name.toLowerCase().replace(/[^a-z]+/g, '-')}.example`
  return { id, name, category, lead_time_days: leadTimeDays, currency: 'USD', moq_minor: moqMinor, contact }
}
