import { clientProfiles, type DomainName, resourceUrl, scopesOfRole } from '@backroom/access'
import { findAccount } from '../accounts/accounts.ts'
import { isLive } from '../admin/grants.ts'
import type { Engine } from '../provider/engine.ts'
import { profileOf } from '../provider/resources.ts'
import { staticClients } from '../provider/static-clients.ts'

/** Who asked for something, through which client, by which grant. */
export interface Asking {
  sub: string
  clientId: string
  /** Absent for a server on standard input and output, which has no token. */
  gid?: string | undefined
}

/** The client id of a server that an account uses on standard input and output. */
const STDIO = 'stdio'

/**
 * What the requester may do in a domain at this moment: what was granted, as far as role and client still allow it. Nothing
 * when the account is locked, the client frozen or the grant gone.
 */
export async function presentScopes({ provider, parts }: Engine, { sub, clientId, gid }: Asking, domain: DomainName) {
  const account = await findAccount(parts.db, sub)
  if (!account) return []
  const ofRole = scopesOfRole(account.role, domain)
  if (gid === undefined) return clientId === STDIO ? ofRole : []
  if (!(await isLive(parts.db, { gid, sub, clientId }))) return []
  const [grant, client] = await Promise.all([provider.Grant.find(gid), provider.Client.find(clientId)])
  if (!grant || !client) return []
  const granted = new Set(grant.getResourceScope(resourceUrl(parts.publicUrl, domain)).split(' '))
  const profile = profileOf(client)
  return ofRole.filter((scope) => granted.has(scope) && (!profile || clientProfiles[profile].scopes.includes(scope)))
}

/** The app that a request came through, as a person who decides should know it. */
export interface AskingClient {
  name: string
  /** Set when nobody vouches for the name. */
  warning?: string
}

/** The client by its id; the id itself is the name of one that has none or is gone. */
export async function clientBehind({ provider, parts }: Engine, clientId: string): Promise<AskingClient> {
  if (clientId === STDIO) return { name: 'a program on the machine of the fleet' }
  const client = await provider.Client.find(clientId)
  const name = client?.clientName ?? clientId
  const isBuiltIn = staticClients(parts.serviceKeys, parts.isDemo).some(({ client_id }) => client_id === clientId)
  if (isBuiltIn || profileOf(client)) return { name }
  return { name, warning: 'The app registered itself: nobody has checked its name.' }
}
