import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { roleNames, scopesOfRole } from '@backroom/access'
import { demoClaims } from '@backroom/demo-data'
import { ownTools } from '@backroom/fleet-testing'
import { service } from '../../src/service.ts'
import { assessed, desk, eventually, ok, opened } from './shared.ts'

/** Read-only, destructive, idempotent, open world: as the design's tool table has them. */
const annotations: Record<string, string> = {
  list_claims: '1011',
  get_claim: '1011',
  open_claim: '0010',
  add_evidence: '0011',
  request_evidence: '0011',
  assess_claim: '0010',
  approve_claim: '0111',
  deny_claim: '0011',
  settle_claim: '0111',
  appeal_claim: '0011',
  withdraw_claim: '0011',
  file_carrier_claim: '0011',
  record_counterparty_response: '0010',
  accept_recovery_offer: '0110',
  write_off_recovery: '0110',
  list_claim_deadlines: '1010',
  detect_claimable_shipments: '1010',
  get_claim_stats: '1010',
}

const all = 'claims:read claims:write claims:assess claims:decide claims:settle claims:recover'
const demo = demoClaims(new Date())
const submitted = demo.find(({ stage }) => stage === 'submitted')

describe('what the claims server offers', () => {
  it('gives its tools the hints of the design, and shows no role more than 25', async () => {
    const { tools } = await desk.account('claims', all).mcp('tools/list')
    const hints = Object.fromEntries(
      ownTools<{ name: string; annotations: Record<string, boolean> }>(tools).map(({ name, annotations: given }) => [
        name,
        ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']
          .map((hint) => Number(given[hint]))
          .join(''),
      ]),
    )
    assert.deepEqual(hints, annotations)
    for (const role of roleNames) {
      const scope = scopesOfRole(role, 'claims').join(' ')
      if (scope === '') continue
      const shown = await desk.account('ops', scope).mcp('tools/list')
      assert.ok(ownTools(shown.tools).length <= 25, role)
    }
  })

  it('asks a person before what the policy says', async () => {
    const { db } = desk
    const tiers = { deny_claim: 'A1', file_carrier_claim: 'A1', accept_recovery_offer: 'A2', write_off_recovery: 'A2' }
    for (const [tool, tier] of Object.entries(tiers))
      await db
        .updateTable('approval_rule')
        .set({ tier: tier as 'A1' })
        .where('tool', '=', tool)
        .execute()
    const recoveryThatIs = (status: 'identified' | 'offer' | 'declined') =>
      db
        .selectFrom('recovery')
        .select(['id', 'offered_minor', 'claimed_minor'])
        .where('status', '=', status)
        .limit(1)
        .executeTakeFirstOrThrow()
    const [noted, offered, declined] = [
      await recoveryThatIs('identified'),
      await recoveryThatIs('offer'),
      await recoveryThatIs('declined'),
    ]
    const { claim_number } = await assessed(desk.order())
    const liable = { liability_assertion: 'You are liable.', idempotency_key: 'p1' }
    const calls = {
      deny_claim: { claim_number, reason_code: 'fraud', letter: 'No.' },
      file_carrier_claim: { recovery_id: noted.id, amount_minor: 100, ...liable },
      accept_recovery_offer: { recovery_id: offered.id, amount_minor: offered.offered_minor },
      write_off_recovery: { recovery_id: declined.id, amount_minor: declined.claimed_minor, reason: 'too small' },
    }
    for (const [tool, args] of Object.entries(calls)) {
      const { status, body } = await desk.account('claims').call(tool, args)
      const told = [status, body.status, body.tier]
      assert.deepEqual(told, [202, 'pending_approval', tiers[tool as keyof typeof tiers]], JSON.stringify(body))
    }
    const { items } = ok(await desk.account('claims').call('list_approvals'))
    const denial = items.find(({ tool }: { tool: string }) => tool === 'deny_claim')
    assert.match(denial.summary_untrusted, new RegExp(`^Deny claim: ${claim_number} of order`))
    assert.deepEqual(denial.changes_untrusted, [
      { what: 'Status', before: 'assessed', after: 'denied' },
      { what: 'Denied because', before: null, after: 'fraud' },
    ])
  })

  it('answers not_found to a customer who names what is not theirs, in every tool and resource', async () => {
    for (const tool of [
      'approve_claim',
      'deny_claim',
      'file_carrier_claim',
      'accept_recovery_offer',
      'write_off_recovery',
    ])
      await desk.allow(tool)
    const claim = await opened(desk.order())
    const { claim_number } = claim
    const owner = `demo${Number(claim.customer_id.slice(-3))}`
    const stranger = desk.customer(owner === 'demo1' ? 'demo2' : 'demo1', all)
    const { id: recovery_id } = await desk.db.selectFrom('recovery').select('id').limit(1).executeTakeFirstOrThrow()
    const note = { text: 'x', statement: 'x', idempotency_key: 'foreign' }
    const calls: Record<string, Record<string, unknown>> = {
      get_claim: { claim_number },
      add_evidence: {
        ...{ claim_number, kind: 'photo', uri: 'https://x.example/1', sha256: 'b'.repeat(64), mime: 'image/png' },
      },
      request_evidence: { claim_number, kinds: ['photo'], message: 'x', idempotency_key: 'foreign' },
      assess_claim: {
        ...{ claim_number, findings: 'x', fraud_score: 0, recommendation: 'approve', idempotency_key: 'foreign' },
        liability: { carrier_bp: 10_000 },
      },
      approve_claim: { claim_number, amount_minor: 1, expected_version: 1, idempotency_key: 'foreign' },
      deny_claim: { claim_number, reason_code: 'fraud', letter: 'x' },
      settle_claim: { claim_number, method: 'refund' },
      appeal_claim: { claim_number, statement: note.statement, idempotency_key: 'foreign' },
      withdraw_claim: { claim_number },
      file_carrier_claim: { recovery_id, amount_minor: 1, liability_assertion: 'x', idempotency_key: 'foreign' },
      record_counterparty_response: { recovery_id, type: 'decline', text: 'x', idempotency_key: 'foreign' },
      accept_recovery_offer: { recovery_id, amount_minor: 1 },
      write_off_recovery: { recovery_id, amount_minor: 1, reason: 'xxx' },
      list_claim_deadlines: {},
      detect_claimable_shipments: { since: '2026-01-01' },
      get_claim_stats: { from: '2026-01-01', to: '2026-12-31' },
    }
    const tested = new Set([...Object.keys(calls), 'list_claims', 'open_claim', 'record_settlement'])
    assert.deepEqual(
      service.tools.map(({ name }) => name).filter((name) => !tested.has(name)),
      [],
    )
    for (const [tool, args] of Object.entries(calls)) {
      const { status, body } = await stranger.call(tool, args)
      assert.deepEqual([status, body.code], [404, 'not_found'], `${tool}: ${JSON.stringify(body)}`)
    }
    const mine = ok(await stranger.call('list_claims', { customer: claim.customer_id }))
    assert.deepEqual(mine.items, [])
    for (const uri of [`claims://claim/${claim_number}`, `claims://recovery/${recovery_id}`, 'claims://deadlines']) {
      const refused = await stranger.mcp('resources/read', { uri })
      assert.ok(!refused.contents, uri)
    }
    const own = await desk.customer(owner).mcp('resources/read', { uri: `claims://claim/${claim_number}` })
    assert.equal(JSON.parse(own.contents[0].text).claim_number, claim_number)
    assert.equal(ok(await desk.account('claims').call('get_claim', { claim_number })).version, claim.version)
  })

  it('lets the shop open a claim for a customer, and nothing else', async () => {
    const order = desk.order()
    const { username } = order.customer
    const base = await desk.claims.tokenOf(username, 'claims:read claims:write')
    const payload = JSON.parse(Buffer.from(base.split('.')[1] ?? '', 'base64url').toString())
    const token = desk.claims.authority.sign({
      ...{ ...payload, client_id: 'catshop', act: { sub: 'catshop' }, jti: crypto.randomUUID() },
    })
    const call = (tool: string, args: Record<string, unknown>) => desk.claims.rest(tool, args, { token })
    const claim = ok(
      await call('open_claim', {
        order_id: order.number,
        type: 'quality',
        statement: 'It broke',
        idempotency_key: 'shop',
      }),
    )
    assert.equal(claim.lines.length, order.lines.length)
    const other = await call('withdraw_claim', { claim_number: claim.claim_number })
    assert.deepEqual([other.status, other.body.code], [403, 'policy_denied'])
  })

  it('reads and completes its resources and prompts, and tells subscribers of changes', async () => {
    const staff = desk.account('claims')
    const read = async (uri: string) => JSON.parse((await staff.mcp('resources/read', { uri })).contents[0].text)
    const { number, order } = submitted ?? assert.fail('the demo data has no such claim')
    assert.equal((await read(`claims://claim/${number}`)).order_id, order.orderId)
    const [{ id }] = (await desk.db.selectFrom('recovery').select('id').limit(1).execute()) as [{ id: string }]
    assert.equal((await read(`claims://recovery/${id}`)).recovery_id, id)
    const complete = async (ref: Record<string, string>, name: string, value: string) =>
      (await staff.mcp('completion/complete', { ref, argument: { name, value } })).completion.values
    const numbers = await complete(
      { type: 'ref/resource', uri: 'claims://claim/{number}' },
      'number',
      number.slice(0, -1),
    )
    assert.ok(numbers.includes(number))
    assert.deepEqual(await complete({ type: 'ref/resource', uri: 'claims://recovery/{id}' }, 'id', id), [id])
    assert.ok((await complete({ type: 'ref/prompt', name: 'triage_claims' }, 'region', 'w')).includes('west'))
    const shipment = order.shipmentRef
    assert.deepEqual(await complete({ type: 'ref/prompt', name: 'prepare_carrier_claim' }, 'shipment', shipment), [
      shipment,
    ])
    const prompts: Record<string, Record<string, string>> = {
      triage_claims: { region: 'west' },
      prepare_carrier_claim: { shipment },
      claim_fraud_review: { claim: number },
    }
    for (const [name, args] of Object.entries(prompts)) {
      const { messages } = await staff.mcp('prompts/get', { name, arguments: args })
      assert.ok(messages.length > 1, name)
      assert.match(messages[0].content.text, /before I agree|Decide nothing/, name)
    }
    const told: string[] = []
    const unsubscribe = desk.claims.runtime.changes.bus.subscribe((event: object) => {
      if ('uri' in event) told.push(String(event.uri))
    })
    const claim = await opened(desk.order())
    await eventually(
      async () => told,
      (uris) => uris.includes(`claims://claim/${claim.claim_number}`) && uris.includes('claims://deadlines'),
      'the news',
    )
    unsubscribe()
  })

  it('counts what claims cost and what came back', async () => {
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
    const stats = ok(await desk.account('auditor').call('get_claim_stats', { from: day(-90), to: day(0) }))
    const [usd] = stats.currencies
    assert.ok(usd.claims_opened >= demo.length - 1 && usd.settled_minor > 0)
    assert.ok(usd.loss_ratio >= 0 && usd.loss_ratio <= 1)
    const roadline = stats.counterparties.find(({ name }: { name: string }) => name === 'roadline')
    assert.ok(roadline.recovery_rate > 0 && roadline.recovery_rate < 1)
    assert.equal(
      (await desk.account('claims').call('get_claim_stats', { from: day(0), to: day(-1) })).body.code,
      'invalid_argument',
    )
  })

  it('pages through claims without losing or repeating one', async () => {
    const staff = desk.account('claims')
    const seen: string[] = []
    for (let cursor: string | undefined; ; ) {
      const page = ok(await staff.call('list_claims', { limit: 7, ...(cursor ? { cursor } : {}) }))
      seen.push(...page.items.map(({ claim_number }: { claim_number: string }) => claim_number))
      cursor = page.next_cursor
      if (!cursor) break
    }
    assert.equal(new Set(seen).size, seen.length)
    const { count } = await desk.db
      .selectFrom('claim')
      .select((of) => of.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    assert.equal(seen.length, Number(count))
    const full = ok(await staff.call('list_claims', { status: 'assessed', verbosity: 'full' }))
    assert.ok(
      full.items.every(
        ({ status, assessments }: { status: string; assessments: unknown[] }) =>
          status === 'assessed' && assessments.length > 0,
      ),
    )
  })

  it('says what is wrong with what it is given', async () => {
    const staff = desk.account('claims', all)
    const claim_number = submitted?.number
    const order = desk.order()
    const line = { order_line_id: order.lines[0]?.orderLineId, qty: 1 }
    const open = { order_id: order.orderId, type: 'damaged', lines: [line], idempotency_key: 'bad' }
    const photo = { claim_number, kind: 'photo', uri: 'https://x.example/1', sha256: 'c'.repeat(64), mime: 'image/png' }
    const assess = {
      ...{ claim_number, findings: 'x', fraud_score: 0, recommendation: 'approve', idempotency_key: 'bad' },
      liability: { carrier_bp: 10_000 },
    }
    const bad: [string, Record<string, unknown>, string][] = [
      ['open_claim', { ...open, order_id: undefined }, 'order_id'],
      ['open_claim', { ...open, order_id: "' or 1=1" }, 'order_id'],
      ['open_claim', { ...open, type: 'sad' }, 'type'],
      ['open_claim', { ...open, lines: [] }, 'lines'],
      ['open_claim', { ...open, lines: [{ ...line, qty: 0 }] }, 'qty'],
      ['open_claim', { ...open, lines: [{ ...line, qty: 500 }] }, 'shipped'],
      ['open_claim', { ...open, lines: [line, line] }, 'twice'],
      ['open_claim', { ...open, lines: [{ ...line, amount_minor: 99_999_999 }] }, 'cost'],
      ['open_claim', { ...open, rma_number: 'RMA-1' }, 'rma_number'],
      ['add_evidence', { ...photo, sha256: 'XYZ' }, 'sha256'],
      ['add_evidence', { ...photo, uri: 'file:///etc/passwd' }, 'uri'],
      ['add_evidence', { ...photo, uri: 'javascript:alert(1)' }, 'uri'],
      ['add_evidence', { ...photo, mime: 'picture' }, 'mime'],
      ['assess_claim', { ...assess, liability: { carrier_bp: 9_999 } }, 'liability'],
      ['assess_claim', { ...assess, liability: { carrier_bp: 10_000, customer_bp: 1 } }, 'liability'],
      ['assess_claim', { ...assess, fraud_score: 101 }, 'fraud_score'],
      ['assess_claim', { ...assess, recommendation: 'partially_approve' }, 'partial'],
      ['assess_claim', { ...assess, recommendation: 'deny', recommended_minor: 5 }, 'denial'],
      ['approve_claim', { claim_number, amount_minor: 1, idempotency_key: 'bad' }, 'expected_version'],
      ['approve_claim', { claim_number, amount_minor: 0, expected_version: 1, idempotency_key: 'bad' }, 'amount_minor'],
      ['deny_claim', { claim_number, reason_code: 'whim', letter: 'x' }, 'reason_code'],
      ['settle_claim', { claim_number, method: 'cash' }, 'method'],
      ['file_carrier_claim', { amount_minor: 1, liability_assertion: 'x', idempotency_key: 'bad' }, 'shipment_id'],
      [
        'record_counterparty_response',
        { recovery_id: 'rec_1', type: 'shrug', text: 'x', idempotency_key: 'bad' },
        'type',
      ],
      ['list_claims', { limit: 101 }, 'limit'],
      ['list_claims', { cursor: 'AAAA' }, 'cursor'],
      ['list_claim_deadlines', { within_days: -1 }, 'within_days'],
      ['detect_claimable_shipments', { since: 'yesterday' }, 'since'],
      ['get_claim_stats', { from: '2026-02-30', to: '2026-03-01' }, 'from'],
    ]
    for (const [tool, args, named] of bad) {
      const { status, body } = await staff.call(tool, args)
      assert.deepEqual([status, body.code], [400, 'invalid_argument'], `${tool} ${named}: ${JSON.stringify(body)}`)
      assert.match(body.message, new RegExp(named), tool)
    }
    const unknown: [string, Record<string, unknown>][] = [
      ['get_claim', { claim_number: 'CLM-2020-999999' }],
      ['open_claim', { ...open, order_id: 'ORD-2020-999999', idempotency_key: 'unknown-1' }],
      ['open_claim', { ...open, lines: [{ ...line, order_line_id: 'oln_x' }], idempotency_key: 'unknown-2' }],
      ['open_claim', { ...open, shipment_id: 'shp_unknown', idempotency_key: 'unknown-3' }],
      [
        'record_counterparty_response',
        { recovery_id: 'rec_x', type: 'decline', text: 'x', idempotency_key: 'unknown-4' },
      ],
    ]
    for (const [tool, args] of unknown) {
      const { status, body } = await staff.call(tool, args)
      assert.deepEqual([status, body.code], [404, 'not_found'], `${tool}: ${JSON.stringify(body)}`)
    }
    const early = await staff.call('settle_claim', { claim_number, method: 'refund' })
    assert.deepEqual([early.body.code, early.body.details.legal], ['invalid_transition', ['under_review', 'withdrawn']])
  })
})
