import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Vault } from '../vault-service/start.ts'

/** How whoever asked follows the request. */
export function followed(of: () => Vault): void {
  describe('whoever asked', () => {
    test('gets the same answer for the same key, whatever has become of it', async () => {
      const vault = of()
      const account = vault.newAccount()
      const wish = { account, amount: 500, idempotency_key: 'followed' }
      const call = () => vault.rest('withdraw', wish, { token: vault.token() })
      const id = await vault.propose('withdraw', wish)
      assert.equal((await call()).body.approval_id, id)
      await vault.decide(id)
      const { status, body } = await call()
      assert.deepEqual([status, body.balance], [200, 9_500])
      assert.equal(await vault.balanceOf(account), 9_500)
    })

    test('asks once, however often the same call is made without a key', async () => {
      const vault = of()
      const account = vault.newAccount()
      const ids = await Promise.all(
        Array.from({ length: 5 }, () => vault.propose('withdraw', { account, amount: 500 })),
      )
      assert.equal(new Set(ids).size, 1)
      const other = await vault.propose('withdraw', { account, amount: 501 })
      assert.notEqual(other, ids[0])
    })

    test('asks for a second one when it is meant', async () => {
      const vault = of()
      const account = vault.newAccount()
      const first = await vault.propose('wire', { account, amount: 500 })
      assert.equal(await vault.propose('wire', { account, amount: 500 }), first)
      const second = await vault.propose('wire', { account, amount: 500, force_new: true })
      assert.notEqual(second, first)
    })

    test('hears at once what can never be done, and nobody is asked', async () => {
      const vault = of()
      const wish = { account: vault.newAccount(), amount: 20_000 }
      const { status, body } = await vault.rest('withdraw', wish, { token: vault.token() })
      assert.deepEqual([status, body.message], [409, 'There is not enough money.'])
    })

    test('sees own requests alone, and can withdraw them', async () => {
      const vault = of()
      const account = vault.newAccount()
      const id = await vault.propose('withdraw', { account, amount: 600 }, vault.token('staff-one'))
      const list = async (as: string) =>
        (await vault.call('list_approvals', {}, { token: vault.token(as) })).structuredContent.items
      assert.deepEqual(
        (await list('staff-one')).map(({ approval_id }: { approval_id: string }) => approval_id),
        [id],
      )
      assert.deepEqual(await list('staff-two'), [])
      for (const tool of ['get_approval', 'cancel_approval']) {
        const foreign = await vault.call(tool, { approval_id: id }, { token: vault.token('staff-two') })
        assert.equal(foreign.structuredContent.code, 'not_found')
      }
      const own = await vault.call('cancel_approval', { approval_id: id }, { token: vault.token('staff-one') })
      assert.equal(own.structuredContent.status, 'cancelled')
      assert.equal((await vault.decide(id)).status, 409)
      assert.equal(await vault.balanceOf(account), 10_000)
    })

    test('reads the same as resources', async () => {
      const vault = of()
      const id = await vault.propose(
        'withdraw',
        { account: vault.newAccount(), amount: 700 },
        vault.token('staff-three'),
      )
      const read = async (uri: string, as: string) =>
        (await vault.mcp('resources/read', { uri }, { token: vault.token(as) })).result?.contents[0].text
      assert.equal(JSON.parse(await read(`approvals://${id}`, 'staff-three')).status, 'pending')
      assert.equal(JSON.parse(await read('approvals://pending', 'staff-three')).items.length, 1)
      assert.equal(await read(`approvals://${id}`, 'staff-four'), undefined)
    })
  })
}
