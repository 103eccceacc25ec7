import { type DomainName, domains, mayApprove } from '@backroom/access'
import type { ApprovalView } from '@backroom/mcp-service/approval-contract'
import type { AccountRow } from '../accounts/accounts.ts'
import type { ApprovalDomains } from './domains.ts'

/** A request with the domain that it is of. */
export interface Asked {
  domain: DomainName
  approval: ApprovalView
}

/** What a person sees of all requests that wait. */
export interface Inbox {
  /** What this person can decide, the most urgent first. */
  toDecide: Asked[]
  /** What this person asked for and waits for. */
  own: Asked[]
  /** Titles of domains that did not answer in time. */
  silent: string[]
}

/** Asks all domains at once; one that does not answer holds nobody up. */
export async function readInbox(approvals: ApprovalDomains, account: AccountRow): Promise<Inbox> {
  const answers = await Promise.all(
    approvals.names.map((domain) =>
      approvals.list(domain, 'pending').then(
        (items) => items.map((approval) => ({ domain, approval })),
        () => domain,
      ),
    ),
  )
  const asked = answers.filter((answer) => typeof answer !== 'string').flat()
  asked.sort((a, b) => a.approval.expires_at.localeCompare(b.approval.expires_at))
  return {
    toDecide: asked.filter((one) => one.approval.tier !== 'A1' && mayDecide(account, one)),
    own: asked.filter(({ approval }) => approval.requested_by === account.sub),
    silent: answers.filter((answer) => typeof answer === 'string').map((domain) => domains[domain].title),
  }
}

/** Whether this person can say yes or no to a request that waits. */
export function mayDecide({ sub, role }: AccountRow, { domain, approval }: Asked): boolean {
  if (approval.status !== 'pending' || approval.decisions.some(({ approver }) => approver === sub)) return false
  if (approval.tier === 'A1') return approval.requested_by === sub
  return approval.requested_by !== sub && mayApprove(role, domain)
}

/** Whether this person may look at a request: their own, or one of a domain where they approve. */
export function maySee({ sub, role }: AccountRow, { domain, approval }: Asked): boolean {
  return approval.requested_by === sub || mayApprove(role, domain)
}
