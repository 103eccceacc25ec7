export { createBulkCases } from './after-sales.ts'
export { createBulkFunctions } from './functions.ts'
export { createBulkOrders } from './orders.ts'
export type { Bulk, BulkConnection, BulkPart, BulkTerms } from './part.ts'
