import { createHash } from 'node:crypto'
import { domains } from '@backroom/access'
import type { ApprovalStatus, ApprovalView } from '@backroom/mcp-service/approval-contract'
import { formatMoney } from '@backroom/money'
import { MOUNT } from '../provider/create-provider.ts'
import { amountInWords } from './amount-in-words.ts'
import type { Asked } from './inbox.ts'
import type { AskingClient } from './requester.ts'

/** What the person at the page can do about the request. */
export type Way =
  /** `seen` names what is shown; a decision carries it back. */
  | { kind: 'decide'; confirms: boolean; seen: string }
  | { kind: 'sign_in_again'; href: string }
  | { kind: 'no_second_factor' }
  | { kind: 'wait'; text: string }
  | { kind: 'over' }

export interface ApprovalPage {
  version: string
  title: string
  href: string
  tool: string
  domain: string
  status: ApprovalStatus
  statusText: string
  isOpen: boolean
  /** It can still change, so that the page follows it. */
  isMoving: boolean
  isGood: boolean
  requester: string
  client: string
  requestedAt: string
  deadline: string
  needs: string
  reason: string | null
  amount?: { text: string; words: string }
  changes: ApprovalView['changes_untrusted']
  risks: readonly string[]
  facts: { name: string; value: string }[]
  decisions: { text: string; comment: string | null; at: string }[]
  outcome?: string
  way: Way
  notice?: string
}

/** Equal for what is the same in every respect, so that an open page can tell whether it is up to date. */
export function versionOf(shown: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(shown) ?? '')
    .digest('base64url')
}

/** The path of a request's page. */
export function approvalPath({ domain, approval }: Asked): string {
  return `${MOUNT}/approvals/${domain}/${approval.approval_id}`
}

/** What a page shows beside the request itself. */
export interface Shown {
  way: Way
  client: AskingClient
  /** Of those who have decided, by subject. */
  usernames: ReadonlyMap<string, string>
  notice?: string | undefined
}

/** Everything that the page of a request shows, in the words of the page. */
export function approvalPage(asked: Asked, { way, client, usernames, notice }: Shown): ApprovalPage {
  const { domain, approval } = asked
  const { amount, requester, status } = approval
  return {
    version: versionOf(approval),
    title: approval.summary_untrusted,
    href: approvalPath(asked),
    tool: approval.tool,
    domain: domains[domain].title,
    status,
    statusText: statusText(approval),
    isOpen: status === 'pending',
    isMoving: status === 'pending' || isBeingDone(approval),
    isGood: status === 'executed',
    requester: requester.username
      ? `${requester.username}${requester.role ? ` (${requester.role})` : ''}`
      : approval.requested_by,
    client: client.name,
    requestedAt: timeText(approval.requested_at),
    deadline: timeText(approval.expires_at),
    needs: needs[approval.tier],
    reason: approval.reason,
    ...(amount ? { amount: moneyTexts(amount) } : {}),
    changes: approval.changes_untrusted,
    risks: [...approval.risks, ...(client.warning ? [client.warning] : [])],
    facts: factsOf(approval.arguments_untrusted),
    decisions: approval.decisions.map(({ approver, verdict, comment_untrusted, decided_at }) => ({
      text: `${usernames.get(approver) ?? approver} ${verdict === 'approve' ? 'agreed' : 'said no'}`,
      comment: comment_untrusted,
      at: timeText(decided_at),
    })),
    ...outcomeOf(approval),
    way,
    ...(notice ? { notice } : {}),
  }
}

/** A request in the list of those that wait. */
export interface InboxRow {
  href: string
  summary: string
  domain: string
  tier: string
  amount?: string
  requester: string
  deadline: string
}

/** One line of the list. */
export function inboxRow(asked: Asked): InboxRow {
  const { domain, approval } = asked
  const { summary_untrusted: summary, tier, amount, requested_by, requester, expires_at } = approval
  return {
    href: approvalPath(asked),
    summary,
    domain: domains[domain].title,
    tier,
    ...(amount ? { amount: moneyTexts(amount).text } : {}),
    requester: requester.username ?? requested_by,
    deadline: timeText(expires_at),
  }
}

/** Names exactly what a page shows: a decision about anything else is refused. */
export function seenOf({ arguments_digest, subject_version, policy_version }: ApprovalView): string {
  return createHash('sha256')
    .update(JSON.stringify([arguments_digest, subject_version, policy_version]))
    .digest('base64url')
}

const needs = {
  A1: 'Confirmation by the person who asked',
  A2: 'Agreement of one other person',
  A3: 'Agreement of two other persons',
}

function statusText({ status, required, decisions }: ApprovalView): string {
  const agreed = decisions.filter(({ verdict }) => verdict === 'approve').length
  const texts: Record<ApprovalStatus, string> = {
    pending: required > 1 ? `Waits for a decision: ${agreed} of ${required} agreed` : 'Waits for a decision',
    executed: 'Approved and done',
    failed: 'Approved, but it could not be done',
    rejected: 'Rejected. Nothing was done',
    expired: 'Nobody decided in time. Nothing was done',
    superseded: 'What it would have changed has changed meanwhile. Nothing was done',
    cancelled: 'Withdrawn by the person who asked. Nothing was done',
  }
  return texts[status]
}

function outcomeOf({ error, result }: ApprovalView): { outcome?: string } {
  if (error && typeof error.message === 'string') return { outcome: error.message }
  if (isBeingDone({ result })) return { outcome: 'It is being carried out. This page shows the end of it.' }
  return {}
}

function isBeingDone({ result }: Pick<ApprovalView, 'result'>): boolean {
  return result?.status === 'in_progress' && 'handle' in result
}

function moneyTexts({ amount_minor: minor, currency }: NonNullable<ApprovalView['amount']>) {
  return { text: formatMoney(minor, currency), words: amountInWords(minor, currency) }
}

function factsOf(args: Record<string, unknown>): { name: string; value: string }[] {
  return Object.entries(args).map(([name, value]) => ({
    name: name.replaceAll('_', ' '),
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }))
}

/** In UTC, so that two people who talk about a request see the same. */
function timeText(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
