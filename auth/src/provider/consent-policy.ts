import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'

const { Check } = interactionPolicy

/**
 * The library's prompts, and one check more: a scope that the person left unticked once is asked about again when a
 * client requests it again. Otherwise a step-up could never succeed.
 */
export function createConsentPolicy(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base()
  const check = new Check(
    'rs_scopes_declined_before',
    'requested scopes were declined before',
    (ctx) => !ctx.oidc.result?.consent && Object.keys(declinedBefore(ctx)).length > 0,
    (ctx) => ({ declinedResourceScopes: declinedBefore(ctx) }),
  )
  policy.get('consent')?.checks.add(check)
  return policy
}

function declinedBefore(ctx: KoaContextWithOIDC): Record<string, string[]> {
  const grant = ctx.oidc.entities.Grant
  if (!grant) return {}
  const declined = Object.keys(ctx.oidc.resourceServers ?? {}).map((resource) => {
    const rejected = new Set(grant.getRejectedResourceScope(resource).split(' '))
    return [resource, [...ctx.oidc.requestParamScopes].filter((scope) => rejected.has(scope))] as const
  })
  return Object.fromEntries(declined.filter(([, scopes]) => scopes.length > 0))
}
