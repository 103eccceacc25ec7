import { type DemoReturn, demoReturns } from '@backroom/demo-data'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { policiesFor } from '../return-policy.ts'
import { demoPolicies, productCategories } from './demo-policies.ts'
import { inspectionRows, lineRow, receiptRows, rmaRow } from './demo-return-rows.ts'

/** Return policies, what a returns clerk may decide alone, and ten returns under way, as every server of the demo knows them. */
export async function seedDemo(db: Kysely<Tables>): Promise<void> {
  await db.insertInto('product_category').values(productCategories).execute()
  await db.insertInto('return_policy').values(demoPolicies).execute()
  await db.insertInto('approval_rule').values(clerkRules).execute()
  const returns = demoReturns(new Date())
  for (const each of returns) await insertReturn(db, each)
  await sql`select count(nextval('rma_number')) from generate_series(1, ${returns.length})`.execute(db)
}

/** Sales regions that the demo's warehouses serve. */
const regions: Record<string, string> = { 'WH-1': 'west', 'WH-3': 'east' }

async function insertReturn(db: Kysely<Tables>, demo: DemoReturn): Promise<void> {
  const region = regions[demo.order.warehouse] ?? 'central'
  const [policy] = await policiesFor(db, region, [demo.line.sku])
  if (!policy) return
  await db
    .insertInto('rma')
    .values(rmaRow(demo, region, policy.policy))
    .execute()
  await db.insertInto('rma_line').values(lineRow(demo, policy)).execute()
  const [receipts, inspections] = [receiptRows(demo), inspectionRows(demo)]
  if (receipts.length > 0) await db.insertInto('return_receipt').values(receipts).execute()
  if (inspections.length > 0) await db.insertInto('inspection').values(inspections).execute()
}

const RETURNS_CLERK = 'staff-returns'

/** What the demo's returns clerk decides without anybody else: returns within the policy, and money up to 300 dollars. */
const clerkRules = [
  { tool: 'authorize_rma', kind: 'in_policy', account: RETURNS_CLERK, up_to_minor: null, tier: 'A0' as const },
  { tool: 'reject_rma', account: RETURNS_CLERK, up_to_minor: null, tier: 'A0' as const },
  { tool: 'approve_returnless', account: RETURNS_CLERK, currency: 'USD', up_to_minor: 3_000, tier: 'A0' as const },
  { tool: 'resolve_return', account: RETURNS_CLERK, currency: 'USD', up_to_minor: 30_000, tier: 'A0' as const },
]
