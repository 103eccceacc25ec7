import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { type DecidedAs, PUBLIC_URL } from '@backroom/fleet-testing'
import { sql } from 'kysely'
import type { Vault } from '../vault-service/start.ts'

/** Nobody gets round the person who has to agree. */
export function refused(of: () => Vault): void {
  /** A decision that must be refused, and change nothing. */
  const refuses = async (decided: DecidedAs, expected: [number, string?], amount = 500) => {
    const vault = of()
    const account = vault.newAccount()
    const id = await vault.propose('withdraw', { account, amount })
    const { status, body } = await vault.decide(id, decided)
    assert.deepEqual([status, body.code], expected.length === 1 ? [expected[0], undefined] : expected)
    assert.equal(await vault.balanceOf(account), 10_000)
    assert.equal((await vault.approval(id)).status, 'pending')
  }

  describe('a decision is refused', () => {
    test('of the person who asked', () => refuses({ by: 'staff-claims' }, [403, 'policy_denied']))
    test('of another person, where the requester confirms', () =>
      refuses({ by: 'staff-approver1' }, [403, 'policy_denied'], 50))
    test('about other arguments', () => refuses({ claims: { arguments_digest: 'f'.repeat(64) } }, [409, 'conflict']))
    test('about another version of the object', () => refuses({ claims: { subject_version: '7' } }, [409, 'conflict']))
    test('under another policy', () => refuses({ claims: { policy_version: 'other' } }, [409, 'conflict']))
    test('about the wish of somebody else', () =>
      refuses({ claims: { requester: { sub: 'staff-ops', client_id: 'test', scopes_now: [] } } }, [409, 'conflict']))
    test('for another domain', () => refuses({ claims: { aud: `${PUBLIC_URL}/payments/mcp#decisions` } }, [401]))
    test('by an access token', () =>
      refuses({ claims: { aud: `${PUBLIC_URL}/claims/mcp` }, header: { typ: 'at+jwt' } }, [401]))
    test('by a statement of another type', () => refuses({ header: { typ: 'JWT' } }, [401]))
    test('that was signed long ago', () => refuses({ claims: { iat: Math.floor(Date.now() / 1_000) - 120 } }, [401]))
    test('that has expired', () => refuses({ claims: { exp: Math.floor(Date.now() / 1_000) - 30 } }, [401]))
    test('about another request', () => refuses({ claims: { approval_id: 'apr_other' } }, [401]))
    test('that nobody signed', () => refuses({ statement: 'eyJhbGciOiJub25lIn0.e30.' }, [401]))

    test('that was used before', async () => {
      const vault = of()
      const claims = { jti: randomUUID() }
      const first = await vault.propose('withdraw', { account: vault.newAccount(), amount: 5_000 })
      assert.equal((await vault.decide(first, { claims })).status, 200)
      const { status, body } = await vault.decide(first, { by: 'staff-approver2', claims })
      assert.deepEqual([status, body.code], [409, 'conflict'])
      assert.equal((await vault.approval(first)).status, 'pending')
    })

    test('of one person twice, where two must agree', async () => {
      const vault = of()
      const id = await vault.propose('withdraw', { account: vault.newAccount(), amount: 5_000 })
      await vault.decide(id)
      const { status, body } = await vault.decide(id)
      assert.deepEqual([status, body.code], [403, 'policy_denied'])
      assert.equal((await vault.approval(id)).status, 'pending')
    })

    test('when it has been decided', async () => {
      const vault = of()
      const account = vault.newAccount()
      const id = await vault.propose('withdraw', { account, amount: 500 })
      await vault.decide(id)
      const { status } = await vault.decide(id, { by: 'staff-approver2' })
      assert.equal(status, 409)
      assert.equal(await vault.balanceOf(account), 9_500)
    })

    test('when its time is over', async () => {
      const vault = of()
      const account = vault.newAccount()
      const id = await vault.propose('withdraw', { account, amount: 500 })
      await vault.asOwner(`update approval_request set expires_at = now() where id = '${id}'`)
      assert.equal((await vault.decide(id)).status, 409)
      assert.equal((await vault.approval(id)).status, 'expired')
      assert.equal(await vault.balanceOf(account), 10_000)
    })
  })

  describe('an approved call comes to nothing', () => {
    const comesToNothing = async (
      meanwhile: (account: string) => Promise<unknown>,
      expected: string,
      as?: DecidedAs,
    ) => {
      const vault = of()
      const account = vault.newAccount()
      const id = await vault.propose('withdraw', { account, amount: 500 })
      await meanwhile(account)
      const balance = await vault.balanceOf(account)
      const { body } = await vault.decide(id, as)
      assert.equal(body.status, expected)
      assert.equal(await vault.balanceOf(account), balance)
      return body
    }

    test('when the object has changed meanwhile', () =>
      comesToNothing((account) => of().rest('withdraw', { account, amount: 5 }, { token: of().token() }), 'superseded'))

    test('when the policy has changed meanwhile', async () => {
      const rule = (tier: 'A2' | 'A3') => of().db.updateTable('rule').set({ tier }).where('up_to', '=', 1_000).execute()
      await comesToNothing(() => rule('A3'), 'superseded')
      await rule('A2')
    })

    test('when the requester may not do it any more', async () => {
      const { error } = await comesToNothing(async () => undefined, 'failed', { scopesNow: ['claims:read'] })
      assert.equal(error.code, 'forbidden_scope')
    })

    test('when somebody says no, and the requester is told why', async () => {
      const vault = of()
      const account = vault.newAccount()
      const wish = { account, amount: 500, idempotency_key: 'rejected' }
      const id = await vault.propose('withdraw', wish)
      const { body } = await vault.decide(id, { verdict: 'reject', comment: 'Too much' })
      assert.equal(body.status, 'rejected')
      const again = await vault.rest('withdraw', wish, { token: vault.token() })
      assert.deepEqual([again.status, again.body.code], [403, 'policy_denied'])
      assert.equal(again.body.details.comment_untrusted, 'Too much')
      assert.equal(await vault.balanceOf(account), 10_000)
    })
  })

  test('the service itself can neither forge an agreement nor change what was asked', async () => {
    const vault = of()
    const id = await vault.propose('withdraw', { account: vault.newAccount(), amount: 500 })
    const attempts = [
      `update approval_request set arguments = '{}' where id = '${id}'`,
      `update approval_request set required = 0 where id = '${id}'`,
      `update approval_request set status = 'executed', ended_at = now() where id = '${id}'`,
      `delete from approval_request where id = '${id}'`,
      `update approval_decision set verdict = 'approve'`,
      'delete from approval_decision',
    ]
    for (const attempt of attempts) await assert.rejects(sql.raw(attempt).execute(vault.db), attempt)
  })

  test('there is no way in through the public port', async () => {
    const vault = of()
    const answer = await fetch(`${vault.address}/internal/approvals/apr_1/decision`, { method: 'POST' })
    assert.equal(answer.status, 404)
  })
}
