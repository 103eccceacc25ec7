import { hash } from 'node:crypto'
import { requireBelowCeiling } from '../access/ceiling.ts'
import { serviceBehind } from '../caller.ts'
import type { AnyContext, PolicyDecision, Tier, Tool } from '../define.ts'

/** What a policy asks for when a person has to agree. */
export type NeededApproval = PolicyDecision & { tier: Exclude<Tier, 'A0'> }

/** Who must agree to one exact call; undefined for nobody. Processes of services were approved where they began. */
export async function approvalNeeded(
  tool: Tool,
  args: unknown,
  context: AnyContext,
): Promise<NeededApproval | undefined> {
  if (!tool.approval || serviceBehind(context.caller) !== undefined) return undefined
  const decision: PolicyDecision = await tool.approval(args, context)
  if (!isNeeded(decision)) return undefined
  requireBelowCeiling(context.caller, tool, decision.tier)
  return decision
}

/** Names what the policy said: two decisions have the same version only when they say the same. */
export function policyVersion(decision: NeededApproval | undefined): string {
  const { tier, reason, amount } = decision ?? { tier: 'A0' }
  const said = JSON.stringify([tier, reason ?? null, amount?.minor ?? null, amount?.currency ?? null])
  return hash('sha256', said).slice(0, 16)
}

function isNeeded(decision: PolicyDecision): decision is NeededApproval {
  return decision.tier !== 'A0'
}
