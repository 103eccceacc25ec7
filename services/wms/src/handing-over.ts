import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { sumBySku } from './allocation.ts'
import type { Tables } from './database-tables.ts'
import { report } from './facts.ts'
import { lockOrder } from './reservation.ts'
import { chooseUnits, moveUnits } from './reservation-units.ts'
import { shipSerials } from './serial.ts'
import { readShipment, type Shipment, shipmentsOf, unitsOf } from './shipment.ts'
import { book } from './stock.ts'

export interface HandOver {
  orderRef: string
  /** Default: every package that is packed. */
  packages?: readonly string[] | undefined
  carrier?: string | undefined
  tracking?: string | undefined
  actor: string
}

/**
 * Gives packages to the carrier: their units leave stock for good. The packages of a shipment leave together. Handing
 * over again answers with what has left.
 *
 * @throws {BusinessError} not_found; conflict when packages of a shipment are left behind or nothing is packed;
 * invalid_transition for a package that was opened again
 */
export async function handOver(db: Kysely<Tables>, handover: HandOver): Promise<Shipment[]> {
  const { orderRef } = handover
  await lockOrder(db, orderRef)
  const chosen = choose(handover, await shipmentsOf(db, orderRef))
  for (const shipment of chosen) if (shipment.status === 'packed') await ship(db, shipment, handover)
  await sql`
    update pick_task t set status = 'handed_over'
    where t.order_ref = ${orderRef} and t.status = 'packed' and not exists (
      select 1 from reservation r where r.order_ref = t.order_ref and r.sku = t.sku
        and r.warehouse_id = t.warehouse_id and r.state = 'picked')`.execute(db)
  return Promise.all(chosen.map(({ ref }) => readShipment(db, ref)))
}

function choose({ orderRef, packages }: HandOver, shipments: readonly Shipment[]): Shipment[] {
  if (packages === undefined) {
    const packed = shipments.filter(({ status }) => status === 'packed')
    const gone = shipments.filter(({ status }) => status === 'handed_over')
    if (packed.length + gone.length === 0) throw nothingPacked(orderRef)
    return packed.length > 0 ? packed : gone
  }
  const chosen = shipments.filter((shipment) => shipment.packages.some(({ id }) => packages.includes(id)))
  const known = chosen.flatMap((shipment) => shipment.packages.map(({ id }) => id))
  const unknown = packages.filter((id) => !known.includes(id))
  if (unknown.length > 0) throw unknownPackages(orderRef, unknown, shipments)
  const opened = chosen.find(({ status }) => status === 'cancelled')
  if (opened) throw wasOpened(opened)
  const left = known.filter((id) => !packages.includes(id))
  if (left.length > 0) throw leftBehind(left)
  return chosen
}

async function ship(db: Kysely<Tables>, { ref, warehouse_id }: Shipment, handover: HandOver): Promise<void> {
  const { orderRef, carrier, tracking, actor } = handover
  const units = await unitsOf(db, ref)
  const lines = sumBySku(units)
  await book(
    db,
    units.map(({ sku, lot, qty }) => ({
      sku,
      warehouse: warehouse_id,
      kind: 'ship',
      from: 'picked',
      to: 'outside',
      qty,
      lot,
      cause: { type: 'order', id: orderRef },
      actor,
    })),
  )
  const picked = (await lockOrder(db, orderRef)).filter(
    (row) => row.state === 'picked' && row.warehouse_id === warehouse_id,
  )
  const moves = lines.flatMap(({ sku, qty }) =>
    chooseUnits(
      picked.filter((row) => row.sku === sku),
      qty,
    ),
  )
  await moveUnits(db, moves, 'shipped', { shipmentRef: ref })
  await shipSerials(
    db,
    orderRef,
    lines.map(({ sku }) => sku),
  )
  await db
    .updateTable('shipment')
    .set({ status: 'handed_over', carrier: carrier ?? null, tracking: tracking ?? null, handed_over_at: new Date() })
    .where('ref', '=', ref)
    .execute()
  await report(db, 'stock.shipped.v1', orderRef, {
    order_ref: orderRef,
    shipment_ref: ref,
    warehouse: warehouse_id,
    lines,
    ...(carrier === undefined ? {} : { carrier }),
    ...(tracking === undefined ? {} : { tracking }),
  })
}

function nothingPacked(orderRef: string): BusinessError {
  return new BusinessError('conflict', `${orderRef} has no package that could be handed over.`, {
    nextActions: [{ tool: 'pack_shipment', arguments: { order_ref: orderRef }, hint: 'Pack what is picked first.' }],
  })
}

function unknownPackages(orderRef: string, unknown: readonly string[], shipments: readonly Shipment[]): BusinessError {
  return new BusinessError('not_found', `${orderRef} has no package ${unknown.join(', ')}.`, {
    details: {
      packages: shipments.flatMap(({ status, packages }) => packages.map(({ id }) => ({ package_id: id, status }))),
    },
  })
}

function wasOpened({ ref, order_ref }: Shipment): BusinessError {
  return new BusinessError('invalid_transition', `Shipment ${ref} was opened again because units were taken back.`, {
    details: { status: 'cancelled', legal: [] },
    nextActions: [{ tool: 'pack_shipment', arguments: { order_ref }, hint: 'Pack what is left anew.' }],
  })
}

function leftBehind(packages: readonly string[]): BusinessError {
  return new BusinessError(
    'conflict',
    `The packages of a shipment leave together; ${packages.join(', ')} is missing.`,
    {
      details: { missing: packages },
      nextActions: [{ hint: 'Hand all of them over, or leave packages out.' }],
    },
  )
}
