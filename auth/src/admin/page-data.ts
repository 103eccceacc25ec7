import type { ClientSummary } from './clients.ts'
import type { GrantSummary } from './grants.ts'
import type { SessionSummary } from './sessions.ts'

/** A client, its times as text. */
type ClientRow = Omit<ClientSummary, 'lastUsedAt' | 'frozen' | 'origin'> & {
  origin: string
  lastUsedAt: string
  frozen?: { reason: string; by: string; at: string } | undefined
}

export interface ClientsPage {
  action: string
  grants: string
  sessions: string
  signedInAs: string
  clients: ClientRow[]
  profiles: { name: string; purpose: string }[]
}

export interface GrantsPage {
  action: string
  clients: string
  sessions: string
  signedInAs: string
  /** Only those of this client. */
  clientId: string | undefined
  grants: (Omit<GrantSummary, 'grantedAt'> & { grantedAt: string })[]
}

export interface SessionsPage {
  action: string
  clients: string
  grants: string
  signedInAs: string
  sessions: (Omit<SessionSummary, 'signedInAt'> & { signedInAt: string })[]
}

export interface ClientCreatedPage {
  clientId: string
  secret?: string
  name: string
  profile: string
  clients: string
  signedInAs: string
}
