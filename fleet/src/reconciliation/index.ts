export { addressesOfFleet } from './books.ts'
export { type CheckResult, differencesIn, reconcile } from './reconcile.ts'
