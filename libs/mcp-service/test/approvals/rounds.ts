import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Vault } from '../vault-service/start.ts'

type Elicited = { mode?: string; url?: string; message: string }
type Reply = { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, string> }

/** What clients that can ask their user do. */
export function rounds(of: () => Vault): void {
  /** A client of the present revision whose user answers so. */
  const connect = async (
    elicitation: Record<string, Record<string, never>> | undefined,
    reply: (asked: Elicited) => Promise<Reply> | Reply,
  ) => {
    const vault = of()
    const token = await vault.token()
    const client = new Client(
      { name: 'rounds', version: '1' },
      { capabilities: elicitation ? { elicitation } : {}, versionNegotiation: { mode: 'auto' } },
    )
    const asked: Elicited[] = []
    if (elicitation)
      client.setRequestHandler('elicitation/create', async ({ params }) => {
        asked.push(params as Elicited)
        return reply(params as Elicited)
      })
    const requestInit = { headers: { authorization: `Bearer ${token}` } }
    await client.connect(new StreamableHTTPClientTransport(new URL(`${vault.address}/claims/mcp`), { requestInit }))
    const call = async (name: string, args: Record<string, unknown>) => {
      const { structuredContent, isError } = await client.callTool({ name, arguments: args })
      return { structured: structuredContent as Record<string, unknown>, isError }
    }
    return { call, asked, close: () => client.close() }
  }
  const idIn = (url = '') => url.slice(url.lastIndexOf('/') + 1)

  describe('a client that can ask its user', () => {
    test('opens the page, and its call answers once a person has decided there', async () => {
      const vault = of()
      const account = vault.newAccount()
      const client = await connect({ url: {} }, async ({ url }) => {
        await vault.decide(idIn(url))
        return { action: 'accept' }
      })
      const { structured } = await client.call('withdraw', { account, amount: 500 })
      assert.deepEqual(structured, { balance: 9_500, approved_by: ['staff-approver1'] })
      assert.deepEqual([client.asked.length, client.asked[0]?.mode], [1, 'url'])
      await client.close()
    })

    test('is told to ask for it later when its user does not go there', async () => {
      const client = await connect({ url: {} }, () => ({ action: 'decline' }))
      const { structured } = await client.call('withdraw', { account: of().newAccount(), amount: 500 })
      assert.equal(structured.status, 'pending_approval')
      await client.close()
    })

    test('confirms by a form what is its user’s own to confirm, and nothing else', async () => {
      const vault = of()
      const account = vault.newAccount()
      const client = await connect({ form: {} }, () => ({ action: 'accept', content: { confirm: 'yes' } }))
      assert.equal((await client.call('withdraw', { account, amount: 60 })).structured.balance, 9_940)
      assert.equal(client.asked.length, 1)
      assert.equal((await client.call('withdraw', { account, amount: 600 })).structured.status, 'pending_approval')
      assert.equal(client.asked.length, 1, 'a form never decides for another person')
      await client.close()
    })

    test('does nothing when its user says no', async () => {
      const account = of().newAccount()
      const client = await connect({ form: {} }, () => ({ action: 'accept', content: { confirm: 'no' } }))
      const { structured, isError } = await client.call('withdraw', { account, amount: 60 })
      assert.deepEqual([isError, structured.code], [true, 'policy_denied'])
      assert.equal(await of().balanceOf(account), 10_000)
      await client.close()
    })
  })

  test('a client that cannot ask gets an ordinary result', async () => {
    const client = await connect(undefined, () => ({ action: 'cancel' }))
    const { structured, isError } = await client.call('withdraw', { account: of().newAccount(), amount: 500 })
    assert.deepEqual([structured.status, isError], ['pending_approval', undefined])
    await client.close()
  })
}
