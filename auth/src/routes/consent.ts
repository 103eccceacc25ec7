import { domains, scopeSentence, scopesOf, scopesOfRole } from '@backroom/access'
import type Provider from 'oidc-provider'
import { findAccount } from '../accounts/accounts.ts'
import type { ConsentPage } from '../pages.ts'
import { MOUNT } from '../provider/create-provider.ts'
import type { Engine } from '../provider/engine.ts'
import { createResourcePolicy } from '../provider/resources.ts'
import { staysOnDevice } from '../provider/untrusted-client.ts'

/** One pass through the pages, as the engine keeps it. */
export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** What is asked for, per resource, split by what the person's role permits. */
interface Request {
  resource: string
  permitted: string[]
  beyondRole: string[]
}

/** Everything the consent page shows. */
export async function consentPage(engine: Engine, interaction: Interaction): Promise<ConsentPage> {
  const { params, uid } = interaction
  const client = await engine.provider.Client.find(String(params.client_id))
  const { account, requests } = await examine(engine, interaction)
  const policy = createResourcePolicy(engine.parts.publicUrl)
  const redirect = new URL(String(params.redirect_uri))
  const servers = requests
    .filter(({ permitted }) => permitted.length)
    .map(({ resource, permitted }) => {
      const domain = policy.domainOf(resource) ?? 'catshop'
      const restricted = scopesOf(domain, 'restricted') as string[]
      return {
        title: domains[domain].title,
        purpose: domains[domain].purpose,
        scopes: permitted.map((name) => ({
          name,
          sentence: scopeSentence(name) ?? name,
          isRestricted: restricted.includes(name),
        })),
      }
    })
  return {
    action: `${MOUNT}/interaction/${uid}/consent`,
    abort: `${MOUNT}/interaction/${uid}/abort`,
    signOut: `${MOUNT}/session/end`,
    clientName: client?.clientName ?? String(params.client_id),
    clientHost: URL.parse(String(params.client_id))?.host,
    redirectHost: redirect.protocol.startsWith('http') ? redirect.host : `${redirect.protocol}//${redirect.host}`,
    isOnDevice: staysOnDevice(client?.redirectUris ?? []),
    signedInAs: account?.email ?? '',
    servers,
    beyondRole: requests.flatMap(({ beyondRole }) => beyondRole).length,
    staysConnected: client?.grantTypeAllowed('refresh_token') ?? false,
  }
}

/** Writes the person's choice into the grant: what is ticked and permitted is granted, all the rest is declined. */
export async function grantChosen(
  engine: Engine,
  interaction: Interaction,
  ticked: ReadonlySet<string>,
): Promise<{ grantId: string; granted: string[] }> {
  const { Grant } = engine.provider
  const accountId = interaction.session?.accountId ?? ''
  const found = interaction.grantId ? await Grant.find(interaction.grantId) : undefined
  const grant = found ?? new Grant({ accountId, clientId: String(interaction.params.client_id) })
  const { requests, oidcScopes } = await examine(engine, interaction)
  if (oidcScopes.length) grant.addOIDCScope(oidcScopes.join(' '))
  const granted: string[] = []
  for (const { resource, permitted, beyondRole } of requests) {
    const chosen = permitted.filter((scope) => ticked.has(scope))
    const declined = [...permitted.filter((scope) => !ticked.has(scope)), ...beyondRole]
    forgetDeclined(grant, resource, chosen)
    if (chosen.length) grant.addResourceScope(resource, chosen.join(' '))
    if (declined.length) grant.rejectResourceScope(resource, declined.join(' '))
    granted.push(...chosen)
  }
  return { grantId: await grant.save(), granted }
}

async function examine(engine: Engine, interaction: Interaction) {
  const details = interaction.prompt.details as {
    missingOIDCScope?: string[]
    missingResourceScopes?: Record<string, string[]>
    declinedResourceScopes?: Record<string, string[]>
  }
  const account = await findAccount(engine.parts.db, interaction.session?.accountId ?? '')
  const policy = createResourcePolicy(engine.parts.publicUrl)
  const asked = new Map<string, Set<string>>()
  for (const group of [
    details.missingResourceScopes,
    details.declinedResourceScopes,
    await decidedBefore(engine, interaction),
  ]) {
    for (const [resource, scopes] of Object.entries(group ?? {}))
      asked.set(resource, new Set([...(asked.get(resource) ?? []), ...scopes]))
  }
  const requests = [...asked].map(([resource, scopes]): Request => {
    const domain = policy.domainOf(resource)
    const ofRole = new Set<string>(account && domain ? scopesOfRole(account.role, domain) : [])
    return {
      resource,
      permitted: [...scopes].filter((scope) => ofRole.has(scope)),
      beyondRole: [...scopes].filter((scope) => !ofRole.has(scope)),
    }
  })
  return { account, requests, oidcScopes: details.missingOIDCScope ?? [] }
}

/** A native app is asked about every time, so what was decided before stands on the page as well and may be changed. */
async function decidedBefore(engine: Engine, { params, grantId }: Interaction): Promise<Record<string, string[]>> {
  const grant = grantId ? await engine.provider.Grant.find(grantId) : undefined
  if (!grant) return {}
  const requested = new Set(String(params.scope ?? '').split(' '))
  const resources = [params.resource ?? []].flat().map(String)
  return Object.fromEntries(
    resources.map((resource) => [
      resource,
      grant
        .getResourceScopeEncountered(resource)
        .split(' ')
        .filter((scope) => requested.has(scope)),
    ]),
  )
}

type Grant = InstanceType<Provider['Grant']>

/** The library subtracts declined scopes from granted ones, so a change of mind has to take them off that list. */
function forgetDeclined(grant: Grant, resource: string, chosen: string[]): void {
  const declined = grant.rejected?.resources
  if (!declined?.[resource]) return
  declined[resource] = declined[resource]
    .split(' ')
    .filter((scope) => !chosen.includes(scope))
    .join(' ')
}
