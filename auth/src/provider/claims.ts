import type { Account, KoaContextWithOIDC } from 'oidc-provider'
import { accountClaims } from '../accounts/account-claims.ts'
import type { AccountRow } from '../accounts/accounts.ts'
import { profileOf, type ResourcePolicy } from './resources.ts'

/** The account as oidc-provider passes it around. */
export type SignedInAccount = Account & Pick<AccountRow, 'role' | 'username'>

/** An account in the form that oidc-provider asks for. */
export function toSignedInAccount({ sub, username, role }: AccountRow): SignedInAccount {
  return { accountId: sub, username, role, claims: async () => ({ sub }) }
}

/** The person behind the current request, where one is known. */
export function accountOf(ctx: KoaContextWithOIDC): SignedInAccount | undefined {
  return ctx.oidc.entities.Account as SignedInAccount | undefined
}

interface IssuedToken {
  accountId?: string | undefined
  grantId?: string | undefined
  aud?: string | string[] | undefined
}

/** What an access token says beyond the standard claims. A service's own token says nothing more. */
export function extraTokenClaims(
  ctx: KoaContextWithOIDC,
  token: IssuedToken,
  policy: ResourcePolicy,
): Record<string, unknown> | undefined {
  const account = accountOf(ctx)
  if (!account || !token.accountId) return undefined
  const person = { ...account, sub: account.accountId }
  const profile = profileOf(ctx.oidc.client)
  const claims = accountClaims(person, policy.domainOf(String(token.aud)), profile)
  return { gid: token.grantId, ...claims, ...(profile ? { profile } : {}) }
}
