export { createAccount, lockAccount, unlockAccount } from '../accounts/administration.ts'
export { readServiceKeys } from '../keys.ts'
export { staticClients } from '../provider/static-clients.ts'
export {
  type ClientSummary,
  createClient,
  freezeClient,
  listClients,
  type NewClient,
  revokeClient,
  thawClient,
} from './clients.ts'
export { type GrantSummary, listGrants, revokeGrant } from './grants.ts'
export { endSession, listSessions, type SessionSummary } from './sessions.ts'
