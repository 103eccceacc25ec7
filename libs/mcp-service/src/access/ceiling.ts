import { clientProfiles, mayAskFor, type ScopeName, type Tier } from '@backroom/access'
import type { Caller } from '../caller.ts'
import type { Tool } from '../define.ts'
import { BusinessError } from '../errors.ts'

/**
 * Refuses a call that needs more approval than its caller may ask for through this client.
 *
 * @throws {BusinessError} policy_denied
 */
export function requireBelowCeiling({ role, profile }: Caller, { name, scope }: Tool, tier: Tier): void {
  if (scope === 'public' || mayAskFor(tier, scope as ScopeName, { role, profile })) return
  const client = profile && clientProfiles[profile].highestTier < tier
  throw new BusinessError(
    'policy_denied',
    `This ${name} needs an approval of tier ${tier}, which ${client ? `a client for "${profile}"` : `the role ${role}`} may not ask for. Nothing was done.`,
    {
      details: { tier, scope, ...(profile ? { profile } : {}), ...(role ? { role } : {}) },
      nextActions: [{ hint: 'Hand it to somebody whose role and client may ask for it.' }],
    },
  )
}
