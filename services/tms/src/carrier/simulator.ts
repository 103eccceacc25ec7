import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Tables, TrackingCode } from '../database-tables.ts'
import { BadWebhook, type CarrierConnection, type LabelRequest, type Scan } from './carrier.ts'
import { requireSignature } from './signature.ts'
import { type Habit, journeyOf, quirkOf, type SimulatedStatus, simulatedStatuses } from './simulated-journey.ts'

export interface SimulatorOptions {
  /** Where the carriers keep their books. */
  db: () => Kysely<Tables>
  /** Signs their notifications. */
  secret: string
  /** How long a day of transit takes here, in milliseconds. */
  dayMs: number
}

/** The simulated carriers by id, and how each tells its scans. */
const simulatedCarriers = { northway: 'orderly', parcelhop: 'hasty', budgetpost: 'forgetful' } as const

/**
 * Carriers that move nothing: they take consignments into books of their own (`simulated_*`) and tell scans by signed
 * notifications, each with its habit. They pass through the same interface and the same webhooks as real ones.
 */
export function simulateCarriers(options: SimulatorOptions): CarrierConnection[] {
  return Object.entries(simulatedCarriers).map(([id, habit]) => simulatedCarrier(id, habit, options))
}

function simulatedCarrier(id: string, habit: Habit, { db, secret, dayMs }: SimulatorOptions): CarrierConnection {
  return {
    id,
    async buyLabel(request) {
      if (!request.to.postal_code.trim()) return { status: 'failed', message: 'The postal code is missing.' }
      const parcels = await db()
        .transaction()
        .execute(async (trx) => {
          const taken = []
          for (const [index, { barcode }] of request.parcels.entries())
            taken.push({ barcode, trackingNo: await take(trx, id, habit, request, index, dayMs) })
          return taken
        })
      return { status: 'succeeded', parcels }
    },
    async voidLabel({ trackingNos }) {
      const cost = await stopBefore(db(), trackingNos, 'collected', 'voided')
      if (cost === undefined) return { status: 'failed', message: 'A parcel was collected already.' }
      return { status: 'succeeded', refundMinor: cost }
    },
    bookPickup: async ({ pickupId }) => ({ status: 'succeeded', confirmation: `PU-${pickupId.slice(-10)}` }),
    async intercept({ trackingNos }) {
      const stopped = await stopBefore(db(), trackingNos, 'out_for_delivery', 'turned_back')
      if (stopped === undefined) return { status: 'failed', message: 'A parcel is out for delivery already.' }
      for (const trackingNo of trackingNos) await tellReturn(db(), id, trackingNo, dayMs)
      return { status: 'succeeded' }
    },
    readWebhook(rawBody, headers) {
      requireSignature(rawBody, headers, secret)
      return scansIn(rawBody)
    },
  }
}

/** Takes a parcel of a label, once, and plans the scans of its whole journey. The first one pays for all. */
async function take(
  db: Kysely<Tables>,
  carrier: string,
  habit: Habit,
  request: LabelRequest,
  index: number,
  dayMs: number,
): Promise<string> {
  const key = `${request.labelId}/${index + 1}`
  const cost_minor = index === 0 ? request.costMinor : 0
  const quirk = quirkOf(request, index)
  const { rows } = await sql<{ tracking_no: string }>`
    insert into simulated_consignment (key, carrier_id, tracking_no, quirk, state, cost_minor)
    values (${key}, ${carrier}, ${carrier.slice(0, 2).toUpperCase()}::text || nextval('simulated_tracking_no')::text || 'US',
      ${quirk ?? null}, 'moving', ${cost_minor})
    on conflict (key) do nothing returning tracking_no`.execute(db)
  const [taken] = rows
  if (!taken) {
    const query = db.selectFrom('simulated_consignment').select('tracking_no').where('key', '=', key)
    return (await query.executeTakeFirstOrThrow()).tracking_no
  }
  const now = Date.now()
  const scans = journeyOf(request, quirk, habit, taken.tracking_no).flatMap((scan, step) =>
    Array.from({ length: Math.max(1, scan.copies) }, (_, copy) => ({
      ...scanRow(carrier, taken.tracking_no, `${step}`, copy + 1, scan.status, scan.place, {
        happens: now + scan.happens * dayMs,
        told: now + scan.told * dayMs,
      }),
      // A scan that the carrier forgets to tell counts as told.
      delivered_at: scan.copies === 0 ? new Date(now) : null,
    })),
  )
  await db.insertInto('simulated_scan').values(scans).execute()
  return taken.tracking_no
}

/** Ends journeys unless one of them has come to a scan. @returns what they cost; undefined: one had come so far */
async function stopBefore(
  db: Kysely<Tables>,
  trackingNos: readonly string[],
  scan: SimulatedStatus,
  state: 'voided' | 'turned_back',
): Promise<number | undefined> {
  return db.transaction().execute(async (trx) => {
    const consignments = await trx
      .selectFrom('simulated_consignment')
      .selectAll()
      .where('tracking_no', '=', sql<string>`any(${trackingNos})`)
      .orderBy('key')
      .forUpdate()
      .execute()
    const costMinor = consignments.reduce((sum, { cost_minor }) => sum + cost_minor, 0)
    if (consignments.length > 0 && consignments.every((one) => one.state === state)) return costMinor
    const { rows } = await sql<{ ahead: number }>`
      select count(distinct tracking_no)::integer as ahead from simulated_scan where tracking_no = any(${trackingNos})
        and body ->> 'status' = ${scan} and (body ->> 'occurred_at')::timestamptz > now()`.execute(trx)
    if (consignments.length === 0 || rows[0]?.ahead !== consignments.length) return undefined
    await sql`
      delete from simulated_scan where tracking_no = any(${trackingNos}) and delivered_at is null
        and (body ->> 'occurred_at')::timestamptz > now()`.execute(trx)
    await trx
      .updateTable('simulated_consignment')
      .set({ state })
      .where('tracking_no', '=', sql<string>`any(${trackingNos})`)
      .execute()
    return costMinor
  })
}

async function tellReturn(db: Kysely<Tables>, carrier: string, trackingNo: string, dayMs: number): Promise<void> {
  const now = Date.now()
  const back = (suffix: string, status: SimulatedStatus, days: number) => {
    const at = now + days * dayMs
    return scanRow(carrier, trackingNo, suffix, 1, status, 'Return centre', { happens: at, told: at })
  }
  await db
    .insertInto('simulated_scan')
    .values([back('r1', 'going_back', 0.05), back('r2', 'back_at_sender', 1)])
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

function scanRow(
  carrier: string,
  trackingNo: string,
  suffix: string,
  copy: number,
  status: SimulatedStatus,
  place: string,
  { happens, told }: { happens: number; told: number },
) {
  const id = `${trackingNo}-${suffix}`
  const body = { id, tracking_no: trackingNo, status, place, occurred_at: new Date(happens).toISOString() }
  const due_at = new Date(told)
  return { id, copy, carrier_id: carrier, tracking_no: trackingNo, body: JSON.stringify(body), due_at }
}

const Notification = z.object({
  id: z.string().min(1).max(100),
  tracking_no: z.string().min(1).max(64),
  status: z.enum(simulatedStatuses),
  place: z.string().max(120).nullable().default(null),
  detail: z.string().max(500).nullable().default(null),
  occurred_at: z.iso.datetime(),
})

const codes: Record<SimulatedStatus, TrackingCode> = {
  collected: 'picked_up',
  at_depot: 'in_transit',
  out_for_delivery: 'out_for_delivery',
  delivered: 'delivered',
  not_home: 'failed_attempt',
  refused: 'failed_attempt',
  damaged: 'exception',
  going_back: 'return_to_sender',
  back_at_sender: 'returned',
}

function scansIn(rawBody: Buffer): Scan[] {
  let body: unknown
  try {
    body = JSON.parse(rawBody.toString('utf8'))
  } catch {
    throw new BadWebhook('the body is not JSON')
  }
  const parsed = z.object({ scans: z.array(Notification).min(1).max(100) }).safeParse(body)
  if (!parsed.success) throw new BadWebhook('the body is not a notification')
  return parsed.data.scans.map((scan) => ({
    eventId: scan.id,
    trackingNo: scan.tracking_no,
    code: codes[scan.status],
    occurredAt: new Date(scan.occurred_at),
    place: scan.place,
    detail: scan.detail ?? scan.status.replaceAll('_', ' '),
    raw: scan,
  }))
}
