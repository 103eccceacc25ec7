import { scopesOf } from '@backroom/access'
import type { TestFleet } from '@backroom/fleet-testing'
import type { ApprovalView } from '@backroom/mcp-service/approval-contract'
import pg from 'pg'
import { type Answer, plainCalls } from '../plain-calls.ts'
import { deliver, type Said, signedDecision } from './signed-decision.ts'

type Domain = 'wms' | 'payments'

const SKU = 'CAT-1004'
const WAREHOUSE = 'WH-2'
const RELEASE = 'payments:read payments:hold payments:release_hold'

/** Arguments of a correction of stock; a large one needs another person. */
export const adjustment = (delta: number) => ({
  sku: SKU,
  warehouse: WAREHOUSE,
  delta,
  reason_code: 'count_correction',
  idempotency_key: crypto.randomUUID(),
})

/** Arguments that release a hold. */
export const release = (hold_id: string) => ({
  hold_id,
  reason: 'Looked at',
  idempotency_key: crypto.randomUUID(),
})

/** A yes of the first approver to what payments keeps. */
export const yes: Said = { approver: 'staff-approver1', verdict: 'approve', scopesNow: scopesOf('payments') }

/** What a test of approvals does over and over: asks as the warehouse or as finance, and looks at what came of it. */
export function openDesk(fleet: TestFleet) {
  const tokens = new Map<Domain, Promise<string>>()
  const once = (domain: Domain, newToken: () => Promise<string>) => {
    const token = tokens.get(domain) ?? newToken()
    tokens.set(domain, token)
    return token
  }
  const warehouse = () => once('wms', () => fleet.token('warehouse', 'wms'))
  const finance = () => once('payments', () => fleet.token('finance', 'payments', RELEASE))
  const rest = async (domain: Domain, tool: string, args: Record<string, unknown>, key?: string): Promise<Answer> =>
    plainCalls(fleet.publicUrl).tool(domain, await (domain === 'wms' ? warehouse() : finance()), tool, args, key)
  const approvalOf = async (domain: Domain, approval_id: string): Promise<ApprovalView> =>
    (await rest(domain, 'get_approval', { approval_id })).body
  return {
    warehouse,
    finance,
    rest,
    approvalOf,
    async onHand(): Promise<number> {
      const { body } = await rest('wms', 'get_stock', { skus: [SKU], warehouse: WAREHOUSE })
      return body.items[0].on_hand
    },
    async newHold(kind: string): Promise<{ hold_id: string; version: number }> {
      const wish = { target: 'customer', target_id: 'cust-009', kind, reason: 'A test', blocks: ['payout'] }
      return (await rest('payments', 'place_hold', wish, crypto.randomUUID())).body
    },
    holdOf: async (hold_id: string) => (await rest('payments', 'get_hold', { hold_id })).body,
    /** A request that waits; the answer tells where it is decided. */
    async waiting(domain: Domain, tool: string, args: Record<string, unknown>) {
      const { status, body } = await rest(domain, tool, args)
      if (status !== 202) throw new Error(`${tool} does not wait: ${JSON.stringify(body)}`)
      return body as { approval_id: string; approve_url: string }
    },
    /** Says yes to what payments keeps as auth would, with auth's own key. */
    async decideBySignature(id: string, shown?: ApprovalView, changes: Partial<Said> = {}) {
      const said = { ...yes, ...changes }
      const statement = await signedDecision(fleet, 'payments', shown ?? (await approvalOf('payments', id)), said)
      return deliver(fleet, 'payments', id, statement)
    },
    /** A statement in the database of a domain. */
    async inDatabase(domain: Domain, statement: string, values: unknown[]): Promise<void> {
      const client = new pg.Client({
        connectionString: fleet.databaseUrl(domain),
        options: `-c search_path=${domain}`,
      })
      await client.connect()
      await client.query(statement, values)
      await client.end()
    },
  }
}

export type Desk = ReturnType<typeof openDesk>
