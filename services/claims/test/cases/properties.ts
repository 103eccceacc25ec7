import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BusinessError } from '@backroom/mcp-service'
import fc from 'fast-check'
import type { Kysely } from 'kysely'
import { appeal, nextDrawRound } from '../../src/appeal.ts'
import { assess } from '../../src/assessment.ts'
import { type Claim, linesOf, lockClaim } from '../../src/claim.ts'
import { claimTransitions } from '../../src/claim-status.ts'
import type { ClaimStatus, RecoveryStatus, Tables } from '../../src/database-tables.ts'
import { approve, deny } from '../../src/decision.ts'
import { addEvidence, requestEvidence } from '../../src/evidence.ts'
import { identify, lockRecovery, type Recovery } from '../../src/recovery.ts'
import { acceptOffer, closePaid, writeOff } from '../../src/recovery-ending.ts'
import { fileRecovery } from '../../src/recovery-filing.ts'
import { recordResponse, responseTypes } from '../../src/recovery-response.ts'
import { recoveryTransitions } from '../../src/recovery-status.ts'
import { recordSettlement, requestSettlement } from '../../src/settlement.ts'
import { withdraw } from '../../src/withdrawal.ts'
import { desk } from './shared.ts'

type Db = Kysely<Tables>
let made = 0

const people = fc.constantFrom('staff-a', 'staff-b', 'staff-c')
const act = fc.record({
  verb: fc.constantFrom(
    ...(['evidence', 'request', 'assess', 'assess', 'approve', 'approve', 'deny', 'appeal'] as const),
    ...(['withdraw', 'settle', 'settle', 'succeed', 'fail'] as const),
  ),
  actor: people,
  amount: fc.integer({ min: 1, max: 1_200 }),
  method: fc.constantFrom('refund' as const, 'store_credit' as const),
})
type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never

/** A submitted claim over 600 and 400. */
async function newClaim(db: Db): Promise<string> {
  const number = `CLM-1999-${String(++made).padStart(6, '0')}`
  const id = `clm_p${made}`
  await db
    .insertInto('claim')
    .values({
      ...{ id, number, kind: 'damaged', status: 'submitted', order_id: `ord_p${made}`, order_number: `P-${made}` },
      ...{ customer_id: 'cust-p', region: 'west', shipment_ref: null, carrier: null, tracking: null },
      ...{ event_on: new Date(), requested: 'refund', currency: 'USD', requested_minor: 1_000, opened_by: 'test' },
    } as const)
    .execute()
  const line = { claim_id: id, sku: 'P', title: 'P', qty: 1, draw_id: null }
  await db
    .insertInto('claim_line')
    .values([
      { ...line, order_line_id: `oln_${made}a`, requested_minor: 600 },
      { ...line, order_line_id: `oln_${made}b`, requested_minor: 400 },
    ])
    .execute()
  await db
    .insertInto('claim_event')
    .values({ claim_id: id, type: 'claim.opened', to_status: 'submitted', actor: 'test', data: '{}' })
    .execute()
  return number
}

async function perform(db: Db, number: string, { verb, actor, amount, method }: Act): Promise<unknown> {
  const claim = await lockClaim(db, number)
  switch (verb) {
    case 'evidence': {
      const sha256 = String(amount % 3).repeat(64)
      const file = { kind: 'photo' as const, uri: 'https://x.example/p', mime: 'image/png', source: 'staff' as const }
      return addEvidence(db, claim, { ...file, sha256, actor })
    }
    case 'request':
      return requestEvidence(db, claim, { kinds: ['photo'], message: 'x', actor })
    case 'assess':
      return assess(db, claim, {
        ...{ findings: 'x', liability: { carrier: 0, supplier: 0, customer: 0, retailer: 10_000 } },
        ...{ fraudScore: 0, recommendation: 'approve' as const, assessor: actor },
      })
    case 'approve':
      return approve(db, claim, { amountMinor: amount, actor })
    case 'deny':
      return deny(db, claim, { reasonCode: 'fraud', letter: 'x', actor })
    case 'appeal':
      return appeal(db, {
        ...{ number, round: await nextDrawRound(db, claim), draws: new Map(), statement: 'x', actor },
      })
    case 'withdraw':
      return withdraw(db, claim, { actor })
    case 'settle':
      return requestSettlement(db, claim, { method, actor })
    default: {
      const pending = await settlementsOf(db, claim)
      const [open] = pending.filter(({ status }) => status === 'pending')
      const status = verb === 'succeed' ? 'succeeded' : 'failed'
      return recordSettlement(db, claim, open?.id ?? 'stl_none', { status })
    }
  }
}

const settlementsOf = (db: Db, { id }: Claim) =>
  db.selectFrom('settlement').selectAll().where('claim_id', '=', id).execute()

/** Whatever was refused is a business error, and changed nothing. */
const attempt = (work: (db: Db) => Promise<unknown>) =>
  desk.db
    .transaction()
    .execute(work)
    .catch((error) => assert.ok(error instanceof BusinessError, String(error)))

async function checkClaim(number: string): Promise<void> {
  const claim = await lockClaim(desk.db, number)
  const events = await desk.db
    .selectFrom('claim_event')
    .selectAll()
    .where('claim_id', '=', claim.id)
    .where('to_status', 'is not', null)
    .orderBy('id')
    .execute()
  let at: string | null = null
  for (const { from_status, to_status } of events) {
    assert.equal(from_status, at)
    if (at) assert.ok(claimTransitions[at as ClaimStatus].includes(to_status as ClaimStatus), `${at} -> ${to_status}`)
    at = to_status
  }
  assert.equal(claim.status, at)
  const lines = await linesOf(desk.db, [claim.id])
  for (const line of lines) assert.ok((line.approved_minor ?? 0) <= line.requested_minor)
  if (claim.approved_minor !== null) {
    assert.ok(claim.approved_minor <= claim.requested_minor)
    const sum = lines.reduce((all, { approved_minor }) => all + (approved_minor ?? 0), 0)
    assert.equal(sum, claim.approved_minor)
  }
  const settlements = await settlementsOf(desk.db, claim)
  const live = settlements.filter(({ status }) => status !== 'failed')
  assert.ok(live.length <= 1)
  for (const { amount_minor } of settlements) assert.ok(amount_minor <= claim.requested_minor)
  if (claim.status === 'settled') assert.equal(live[0]?.status, 'succeeded')
  const parts = await desk.db.selectFrom('claim_part').selectAll().where('claim_id', '=', claim.id).execute()
  assert.equal(new Set(parts.map(({ account }) => account)).size, parts.length)
}

const move = fc.record({
  verb: fc.constantFrom('file', 'respond', 'respond', 'respond', 'accept', 'pay', 'write_off'),
  type: fc.constantFrom(...responseTypes),
  amount: fc.constantFrom(300, 500, 900),
})
type Move = typeof move extends fc.Arbitrary<infer Value> ? Value : never

async function advance(db: Db, id: string, { verb, type, amount }: Move): Promise<unknown> {
  const recovery = await lockRecovery(db, id)
  const actor = 'test'
  switch (verb) {
    case 'file':
      return fileRecovery(db, recovery, {
        ...{ identification: 'It', liabilityAssertion: 'You', amountMinor: 500, documents: [], actor },
      })
    case 'respond':
      return recordResponse(db, recovery, {
        ...{ type, text: 'x', actor },
        ...(type === 'offer' ? { amountMinor: amount } : {}),
      })
    case 'accept':
      return acceptOffer(db, recovery, { amountMinor: amount, actor })
    case 'pay':
      return closePaid(db, recovery, 'tx_1')
    default:
      return writeOff(db, recovery, { amountMinor: 500, reason: 'x', actor })
  }
}

async function checkRecovery(id: string): Promise<void> {
  const recovery: Recovery = await lockRecovery(desk.db, id)
  const events = await desk.db
    .selectFrom('recovery_event')
    .selectAll()
    .where('recovery_id', '=', id)
    .where('to_status', 'is not', null)
    .orderBy('id')
    .execute()
  let at: string | null = null
  for (const { from_status, to_status } of events) {
    assert.equal(from_status, at)
    if (at)
      assert.ok(
        recoveryTransitions[at as RecoveryStatus].includes(to_status as RecoveryStatus),
        `${at} -> ${to_status}`,
      )
    at = to_status
  }
  assert.equal(recovery.status, at)
  const { claimed_minor, offered_minor, paid_minor } = recovery
  assert.ok((offered_minor ?? 0) <= (claimed_minor ?? 0) && (paid_minor ?? 0) <= (claimed_minor ?? 0))
  const open = await desk.db
    .selectFrom('recovery_deadline')
    .select('step')
    .where('recovery_id', '=', id)
    .where('ended_at', 'is', null)
    .execute()
  if (['identified', 'filed'].includes(recovery.status)) assert.ok(open.length > 0, recovery.status)
  if (recovery.ended_at) assert.deepEqual(open, [])
}

describe('whatever is done', () => {
  it('a claim stays on its edges, and is approved and settled for no more than was requested', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 20 }), fc.boolean(), async (acts, atOnce) => {
        const number = await newClaim(desk.db)
        const run = (each: Act) => attempt((db) => perform(db, number, each))
        if (atOnce) await Promise.all(acts.map(run))
        else for (const each of acts) await run(each)
        await checkClaim(number)
      }),
      { numRuns: 15 },
    )
  })

  it('a recovery stays on its edges, never gets more than was claimed, and has its deadlines', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 4, maxLength: 14 }), fc.boolean(), async (moves, atOnce) => {
        const recovery = await identify(desk.db, {
          ...{ claimId: null, shipmentRef: `prop-${++made}`, orderId: null, counterpartyKind: 'carrier' as const },
          ...{ counterparty: 'prop', tracking: null, basis: 'loss' as const, currency: 'USD', expectedMinor: 500 },
          ...{ eventOn: new Date(), actor: 'test' },
        })
        assert.ok(recovery)
        const run = (each: Move) => attempt((db) => advance(db, recovery.id, each))
        if (atOnce) await Promise.all(moves.map(run))
        else for (const each of moves) await run(each)
        await checkRecovery(recovery.id)
      }),
      { numRuns: 15 },
    )
  })
})
