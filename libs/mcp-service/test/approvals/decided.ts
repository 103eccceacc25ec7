import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { lateWires } from '../vault-service/service.ts'
import type { Vault } from '../vault-service/start.ts'

/** What happens when people agree. */
export function decided(of: () => Vault): void {
  describe('a call that a person agrees to', () => {
    test('A0 is nobody’s to decide', async () => {
      const vault = of()
      const account = vault.newAccount()
      const { status, body } = await vault.rest('withdraw', { account, amount: 10 }, { token: vault.token() })
      assert.deepEqual([status, body], [200, { balance: 9_990, approved_by: [] }])
    })

    test('waits, shows what would change, and has happened once when somebody agreed', async () => {
      const vault = of()
      const account = vault.newAccount()
      const id = await vault.propose('withdraw', { account, amount: 500 })
      assert.equal(await vault.balanceOf(account), 10_000, 'nothing has happened yet')
      const asked = await vault.approval(id)
      assert.equal(asked.status, 'pending')
      assert.equal(asked.summary_untrusted, `Withdraw cash: the account ${account}`)
      assert.deepEqual(asked.changes_untrusted, [{ what: 'Balance', before: '10000', after: '9500' }])
      assert.deepEqual(asked.amount, { amount_minor: 500, currency: 'USD' })
      assert.deepEqual(asked.risks, ['It is cash.'])
      assert.match(asked.approve_url, new RegExp(`/auth/approvals/claims/${id}$`))

      const { status, body } = await vault.decide(id, { comment: 'Fine by me' })
      assert.deepEqual([status, body.status], [200, 'executed'])
      assert.deepEqual(body.result, { balance: 9_500, approved_by: ['staff-approver1'] })
      assert.equal(await vault.balanceOf(account), 9_500)
      const done = await vault.approval(id)
      assert.deepEqual(done.result, body.result)
      assert.equal(done.decisions[0].comment_untrusted, 'Fine by me')
    })

    test('A1 is confirmed by the person who asked', async () => {
      const vault = of()
      const account = vault.newAccount()
      const id = await vault.propose('withdraw', { account, amount: 50 })
      const { body } = await vault.decide(id, { by: 'staff-claims' })
      assert.equal(body.status, 'executed')
      assert.equal(await vault.balanceOf(account), 9_950)
    })

    test('A3 needs two different persons', async () => {
      const vault = of()
      const account = vault.newAccount()
      const id = await vault.propose('withdraw', { account, amount: 5_000 })
      assert.equal((await vault.decide(id)).body.status, 'pending')
      assert.equal(await vault.balanceOf(account), 10_000)
      const { body } = await vault.decide(id, { by: 'staff-approver2' })
      assert.equal(body.status, 'executed')
      assert.deepEqual(body.result.approved_by, ['staff-approver1', 'staff-approver2'])
    })

    test('a tool that only creates is bound to its arguments', async () => {
      const vault = of()
      const id = await vault.propose('open_account', { name: 'fresh', idempotency_key: 'open-fresh' })
      const { body } = await vault.decide(id)
      assert.deepEqual([body.status, body.result], ['executed', { name: 'fresh' }])
    })

    test('begins the process of a tool that has one, and tells how that ends', async () => {
      const vault = of()
      const account = vault.newAccount()
      const well = await vault.propose('wire', { account, amount: 300 })
      const { body } = await vault.decide(well)
      assert.equal(body.status, 'executed')
      assert.deepEqual(body.result, { wire_id: `wire-well-${account}-9700` })
      const badly = await vault.propose('wire', { account, amount: 200, ends: 'badly' })
      const ended = (await vault.decide(badly)).body
      assert.deepEqual([ended.status, ended.error.message], ['failed', 'The bank refused it.'])
    })

    test('finds the end of a process that takes its time', async () => {
      const vault = of()
      const account = vault.newAccount()
      const wish = { account, amount: 300, ends: 'late', idempotency_key: 'late' }
      const id = await vault.propose('wire', wish)
      const { body } = await vault.decide(id)
      assert.deepEqual([body.status, body.result.status], ['executed', 'in_progress'])
      assert.equal((await vault.rest('wire', wish, { token: vault.token() })).status, 202)
      lateWires.resolve()
      assert.deepEqual((await vault.approval(id)).result, { wire_id: `wire-late-${account}-9700` })
      const { status } = await vault.rest('wire', wish, { token: vault.token() })
      assert.equal(status, 200)
    })

    test('leaves the request, the decision and the effect in the trail, each with the approval', async () => {
      const vault = of()
      const id = await vault.propose('withdraw', { account: vault.newAccount(), amount: 400 })
      await vault.decide(id)
      const rows = await vault.db.selectFrom('audit').selectAll().where('approval_id', '=', id).orderBy('id').execute()
      assert.deepEqual(
        rows.map(({ kind, subject, tool }: Record<string, string>) => [kind, subject, tool]),
        [
          ['request', 'staff-claims', 'withdraw'],
          ['decision', 'staff-approver1', 'withdraw'],
          ['effect', 'staff-claims', 'withdraw'],
        ],
      )
    })
  })
}
