import { DAY_MS } from '@backroom/calendar'
import type { DemoClaim } from '@backroom/demo-data'
import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { basisOf, identify } from '../recovery.ts'
import { fileRecovery } from '../recovery-filing.ts'
import { type Response, recordResponse } from '../recovery-response.ts'
import { demoCarriers } from './demo-carriers.ts'
import { carrierOf, eventOn } from './demo-claim-rows.ts'

const actor = 'staff-claims'

/** Shipments of before the demo orders: how far they are, and days since they arrived. */
const older: readonly {
  shipmentRef: string
  daysAgo: number
  minor: number
  answers: Omit<Response, 'actor'>[] | null
}[] = [
  { shipmentRef: 'shp_2026_0412', daysAgo: 55, minor: 8_900, answers: null },
  { shipmentRef: 'shp_2026_0388', daysAgo: 48, minor: 24_500, answers: [] },
  {
    shipmentRef: 'shp_2026_0301',
    daysAgo: 70,
    minor: 31_000,
    answers: [{ type: 'acknowledgement', text: 'We have your claim and look into it.', counterpartyRef: 'A-77120' }],
  },
  {
    shipmentRef: 'shp_2026_0277',
    daysAgo: 82,
    minor: 12_000,
    answers: [
      { type: 'acknowledgement', text: 'Received.' },
      { type: 'offer', amountMinor: 9_000, text: 'Without prejudice we offer 90.00 USD.' },
    ],
  },
  {
    shipmentRef: 'shp_2026_0203',
    daysAgo: 90,
    minor: 6_400,
    answers: [{ type: 'decline', text: 'The packaging was not sufficient.' }],
  },
]

/** What may be recovered for the open claims, and what is recovered for older shipments, with every deadline. */
export async function seedRecoveries(db: Kysely<Tables>, claims: readonly DemoClaim[]): Promise<void> {
  for (const claim of claims.filter(({ stage }) => stage !== 'denied' && stage !== 'withdrawn')) {
    const carrier = carrierOf(claim)
    if (!carrier) continue
    await identify(db, {
      claimId: claim.claimId,
      shipmentRef: claim.order.shipmentRef,
      orderId: claim.order.orderId,
      counterpartyKind: 'carrier',
      counterparty: carrier,
      tracking: null,
      basis: basisOf(claim.kind, 'carrier'),
      currency: claim.order.currency,
      expectedMinor: claim.amountMinor,
      eventOn: eventOn(claim),
      actor,
    })
  }
  for (const [index, shipment] of older.entries()) await seedOlder(db, shipment, index)
}

async function seedOlder(db: Kysely<Tables>, shipment: (typeof older)[number], index: number): Promise<void> {
  const { shipmentRef, daysAgo, minor, answers } = shipment
  const tracking = `TRK${shipmentRef.slice(-4)}`
  const noted = await identify(db, {
    claimId: null,
    shipmentRef,
    orderId: null,
    counterpartyKind: 'carrier',
    counterparty: demoCarriers[index % demoCarriers.length] ?? 'carrier',
    tracking,
    basis: 'damage',
    currency: 'USD',
    expectedMinor: minor,
    eventOn: new Date(Date.now() - daysAgo * DAY_MS),
    actor,
  })
  if (!noted || !answers) return
  let recovery = await fileRecovery(db, noted, {
    liabilityAssertion: 'The goods left us whole and were delivered broken: the carrier is liable for the loss.',
    amountMinor: minor,
    documents: [],
    filedAt: new Date(Date.now() - (daysAgo - 8) * DAY_MS),
    actor,
  })
  for (const answer of answers) recovery = await recordResponse(db, recovery, { ...answer, actor })
}
