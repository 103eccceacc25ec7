import type { Kysely } from 'kysely'
import { z } from 'zod'
import { BusinessError, defineService, definitionsFor, type Tier } from '../../src/index.ts'

/** A small domain in which money needs people: it stands in the place of `claims`. */
export interface VaultTables {
  account: { name: string; balance: number; version: number }
  rule: { up_to: number; tier: Tier }
  wire: { id: string; account: string; amount: number }
}

const { defineTool } = definitionsFor<VaultTables>()

const input = z.object({ account: z.string(), amount: z.int().positive() })
type Wish = z.output<typeof input>

async function accountOf(db: Kysely<VaultTables>, name: string) {
  const account = await db.selectFrom('account').selectAll().where('name', '=', name).executeTakeFirst()
  if (!account) throw new BusinessError('not_found', 'There is no such account.')
  return account
}

async function policyOf(db: Kysely<VaultTables>, amount: number) {
  const rule = db.selectFrom('rule').select('tier').where('up_to', '>=', amount).orderBy('up_to').limit(1)
  const { tier } = await rule.executeTakeFirstOrThrow()
  return { tier, reason: `it takes out ${amount}`, amount: { minor: amount, currency: 'USD' }, risks: ['It is cash.'] }
}

async function subjectOf(db: Kysely<VaultTables>, account: string) {
  const { version, balance } = await accountOf(db, account)
  return { name: `the account ${account}`, version, state: { Balance: balance } }
}

async function takeOut(db: Kysely<VaultTables>, { account, amount }: Wish): Promise<number> {
  const before = await accountOf(db, account)
  if (before.balance < amount) throw new BusinessError('conflict', 'There is not enough money.')
  const { balance } = await db
    .updateTable('account')
    .set({ balance: before.balance - amount, version: before.version + 1 })
    .where('name', '=', account)
    .returning('balance')
    .executeTakeFirstOrThrow()
  return balance
}

const withdraw = defineTool({
  name: 'withdraw',
  title: 'Withdraw cash',
  description: 'Takes cash out of an account.',
  scope: 'claims:settle',
  effect: 'destructive',
  repeat: 'natural',
  approval: ({ amount }, { db }) => policyOf(db, amount),
  subject: ({ account }, { db }) => subjectOf(db, account),
  input,
  output: z.object({ balance: z.int(), approved_by: z.array(z.string()) }),
  text: ({ balance }) => `${balance} left`,
  handle: async (wish, { db, approval, changed }) => {
    const balance = await takeOut(db, wish)
    changed(`vault://account/${wish.account}`)
    return { balance, approved_by: [...(approval?.approvers ?? [])] }
  },
})

/** What wires that end late wait for. */
export const lateWires = Promise.withResolvers<void>()

const wire = defineTool({
  name: 'wire',
  title: 'Wire money',
  description: 'Sends money by a process.',
  scope: 'claims:settle',
  effect: 'destructive',
  repeat: 'suspicious',
  approval: ({ amount }, { db }) => policyOf(db, amount),
  subject: ({ account }, { db }) => subjectOf(db, account),
  input: input.extend({ ends: z.enum(['well', 'badly', 'late']).default('well') }),
  output: z.object({ wire_id: z.string() }),
  text: ({ wire_id }) => `Sent ${wire_id}`,
  async start({ ends, ...wish }, { db }) {
    const balance = await takeOut(db, wish)
    const id = `wire-${ends}-${wish.account}-${balance}`
    await db.insertInto('wire').values({ id, account: wish.account, amount: wish.amount }).execute()
    return { workflowId: id, handle: id }
  },
  async outcome(id) {
    if (id.startsWith('wire-badly')) throw new BusinessError('conflict', 'The bank refused it.')
    if (id.startsWith('wire-late')) await lateWires.promise
    return { wire_id: id }
  },
})

const openAccount = defineTool({
  name: 'open_account',
  title: 'Open account',
  description: 'Makes a new account.',
  scope: 'claims:write',
  effect: 'write',
  approval: () => ({ tier: 'A2', reason: 'it is new' }),
  input: z.object({ name: z.string() }),
  output: z.object({ name: z.string() }),
  text: ({ name }) => `Opened ${name}`,
  async handle({ name }, { db }) {
    await db.insertInto('account').values({ name, balance: 0, version: 1 }).execute()
    return { name }
  },
})

export const vaultService = defineService({
  domain: 'claims',
  instructions: 'A vault for tests.',
  tools: [withdraw, wire, openAccount],
  resources: [],
  prompts: [],
})
