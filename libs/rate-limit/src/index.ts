export { sharedStore } from './shared-store.ts'
export { sweepLimits } from './table.ts'
