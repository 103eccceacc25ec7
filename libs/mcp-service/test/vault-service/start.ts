import assert from 'node:assert/strict'
import { PUBLIC_URL, startDomainService } from '@backroom/fleet-testing'
import { asOwner } from '../as-owner.ts'
import { type VaultTables, vaultService } from './service.ts'

/** Tables of the library that tests look into. */
interface ApprovalTables extends VaultTables {
  approval_request: { id: string; status: string; expires_at: Date }
  approval_decision: { request: string; approver: string }
  // biome-ignore lint/suspicious/noExplicitAny: tests look into every column of the trail.
  audit: any
}

/** The vault, listening on loopback with a database and an authority of its own. */
export async function startVault() {
  const migrations = new URL('migrations', import.meta.url)
  const vault = await startDomainService<ApprovalTables>({ service: vaultService, migrations })
  let accounts = 0
  const token = (sub = 'staff-claims', scope = 'claims:settle claims:write', more: Record<string, unknown> = {}) =>
    vault.authority.sign({ aud: `${PUBLIC_URL}/claims/mcp`, sub, username: sub.slice('staff-'.length), scope, ...more })
  const balanceOf = async (account: string) =>
    (await vault.db.selectFrom('account').select('balance').where('name', '=', account).executeTakeFirstOrThrow())
      .balance
  return {
    ...vault,
    token,
    balanceOf,
    /** Runs a statement as the owner of the database, who may do everything. */
    asOwner: (statement: string) => asOwner(vault.ownerUrl, [statement], 'claims'),
    /** An account that no other test uses, with 10 000. */
    newAccount: () => `account-${++accounts}`,
    /** Calls a tool over REST that then waits for a person; the answer is the id of the request. */
    async propose(tool: string, args: Record<string, unknown>, as = token()): Promise<string> {
      const { status, body } = await vault.rest(tool, args, { token: as })
      assert.equal(status, 202, JSON.stringify(body))
      assert.equal(body.status, 'pending_approval')
      return body.approval_id
    },
    /** A request as its requester sees it. */
    async approval(id: string, as = token()) {
      return (await vault.call('get_approval', { approval_id: id }, { token: as })).structuredContent
    },
  }
}

export type Vault = Awaited<ReturnType<typeof startVault>>
