import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Vault } from '../vault-service/start.ts'

const REQUESTS = 20

/** Two approvers and the clock at once: each request ends in one way, and its effect is there exactly when it was executed. */
export function raced(of: () => Vault): void {
  test('requests that are raced by two approvers and by their expiry end once', async () => {
    const vault = of()
    const wish = (number: number) => ({ name: `raced-${number}`, idempotency_key: `raced-${number}` })
    const ids = await Promise.all(
      Array.from({ length: REQUESTS }, (_, number) => vault.propose('open_account', wish(number))),
    )
    const expire = (id: string) =>
      vault.asOwner(`update approval_request set expires_at = now() where id = '${id}' and status = 'pending'`)
    const answers = await Promise.all(
      ids.flatMap((id, number) => [
        vault.decide(id),
        vault.decide(id, { by: 'staff-approver2', verdict: number % 3 === 0 ? 'reject' : 'approve' }),
        ...(number % 4 === 0 ? [expire(id)] : []),
      ]),
    )
    assert.ok(
      answers.every((answer) => !answer || [200, 409].includes(answer.status)),
      JSON.stringify(answers),
    )
    for (const [number, id] of ids.entries()) {
      const { status } = await vault.approval(id)
      const opened = await vault.db.selectFrom('account').select('name').where('name', '=', `raced-${number}`).execute()
      assert.equal(opened.length, status === 'executed' ? 1 : 0, `${id} is ${status}`)
      assert.ok(['executed', 'rejected', 'expired'].includes(status), status)
    }
  })
}
