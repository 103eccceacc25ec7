import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { asOwner } from './as-owner.ts'
import { call, post, send, until } from './ledger-service/client.ts'
import { type Ledger, startLedger } from './ledger-service/start.ts'

let ledger: Ledger
let heads: string
before(async () => {
  heads = await mkdtemp(join(tmpdir(), 'backroom-heads-'))
  ledger = await startLedger({ environment: { AUDIT_HEADS: heads } })
})
after(async () => {
  await ledger.stop()
  await rm(heads, { recursive: true })
})

const auditor = async () => ({ ...ledger, token: await ledger.authority.sign({ scope: 'wms:audit' }) })

describe('search_audit', () => {
  test('tells who did what through which client, with the arguments only where they are asked for', async () => {
    const claims = { client_id: 'searched', scope: 'wms:adjust wms:read', jti: 'token-1' }
    const options = { ...ledger, token: await ledger.authority.sign(claims) }
    await call(options, 'post', { account: 'find me', amount: 5, idempotency_key: 'searched-1' })
    await call(options, 'post', { account: 'find me', amount: 0, idempotency_key: 'searched-2' })
    const search = async (query: Record<string, unknown>) =>
      (await call(await auditor(), 'search_audit', { client_id: 'searched', ...query })).structuredContent.items
    await until('the failure is written', async () => (await search({})).length === 2)
    const [failure, effect] = await search({ verbosity: 'full' })
    assert.equal(failure.kind, 'failure')
    assert.equal(effect.kind, 'effect')
    assert.equal(effect.decision, 'allowed')
    assert.equal(effect.who, 'staff-ops')
    assert.equal(effect.on_behalf_of, 'staff-ops')
    assert.equal(effect.token_id, 'token-1')
    assert.equal(effect.arguments_untrusted.account, 'find me')
    assert.equal(effect.outcome_untrusted.balance, 5)
    assert.ok(effect.duration_ms >= 0)
    const [concise] = await search({ kind: 'effect' })
    assert.equal(concise.arguments_untrusted, undefined)
    assert.equal(concise.arguments_digest.length, 64)
    assert.deepEqual(await search({ tool: 'order' }), [])
    assert.deepEqual(await search({ to: effect.at, kind: 'effect' }), [])
  })

  test('goes through long trails page by page, newest first, without a gap', async () => {
    const token = await ledger.authority.sign({ client_id: 'paged', scope: 'wms:adjust' })
    for (let n = 1; n <= 7; n++)
      await call({ ...ledger, token }, 'post', { account: 'p', amount: n, idempotency_key: `paged-${n}` })
    const ids: number[] = []
    let cursor: string | undefined
    do {
      const query = { client_id: 'paged', limit: 3, ...(cursor ? { cursor } : {}) }
      const page = (await call(await auditor(), 'search_audit', query)).structuredContent
      ids.push(...page.items.map(({ id }: { id: number }) => id))
      cursor = page.next_cursor
    } while (cursor)
    assert.equal(ids.length, 7)
    assert.deepEqual(
      ids,
      [...new Set(ids)].sort((a, b) => b - a),
    )
  })

  test('is for auditors: nobody else sees it, and a call is answered with the scope to ask for', async () => {
    const token = await ledger.authority.sign({ scope: 'wms:read wms:adjust' })
    const { body } = await send({ ...ledger, token }, 'tools/list')
    const names = body.result.tools.map(({ name }: { name: string }) => name)
    assert.ok(!names.includes('search_audit') && !names.includes('verify_audit'))
    const refused = await send({ ...ledger, token }, 'tools/call', { name: 'search_audit', arguments: {} })
    assert.equal(refused.status, 403)
    assert.match(refused.headers.get('www-authenticate') ?? '', /scope="wms:audit"/)
    assert.equal((await post({ ...ledger, token }, 'verify_audit', {})).status, 403)
  })
})

describe('verify_audit', () => {
  const verify = async () => (await call(await auditor(), 'verify_audit')).structuredContent

  test('finds an untouched trail intact, and compares it with the signed end beside the database', async () => {
    await call(ledger, 'post', { account: 'v', amount: 1, idempotency_key: 'verified' })
    await until('the row is sealed', async () => (await verify()).rows >= 1)
    await until('its end is kept', async () => (await verify()).signed_head !== null)
    const found = await verify()
    assert.equal(found.intact, true)
    assert.deepEqual(found.findings, [])
    assert.equal(found.position, found.rows)
    assert.match(await readFile(join(heads, 'wms.head'), 'utf8'), /^eyJ/)
  })

  test('names the row that somebody changed', async () => {
    const { position } = await verify()
    await asOwner(ledger.ownerUrl, [
      'alter table audit disable trigger all',
      `update audit set subject = 'staff-nobody' where id = (select audit_id from audit_seal where position = ${position})`,
    ])
    const found = await verify()
    assert.equal(found.intact, false)
    assert.deepEqual(
      found.findings.map(({ kind, position }: { kind: string; position: number }) => [kind, position]),
      [['altered', position]],
    )
  })
})
