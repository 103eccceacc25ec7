import type { ApprovalSubject } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import { lockException } from './exception.ts'
import { latestLabel } from './label.ts'
import { readPlan, readRoute, routesOf, stopsOf } from './plan.ts'
import { readShipment } from './shipment.ts'
import { lockStop } from './stop.ts'

/** The shipment whose label a call buys or gives back. */
export async function labelSubject(db: Kysely<Tables>, shipmentId: string): Promise<ApprovalSubject> {
  const shipment = await readShipment(db, shipmentId)
  const label = await latestLabel(db, shipment)
  const price = label && formatMoney(label.cost_minor, label.currency)
  return {
    name: nameOf(shipment),
    version: `${shipment.version} ${label?.id ?? ''} ${label?.status ?? ''}`,
    state: {
      Status: inWords(shipment.status),
      Label: label ? `${label.carrier_id} ${label.service} for ${price}: ${inWords(label.status)}` : null,
    },
  }
}

/** The plan that a call puts into effect. */
export async function planSubject(db: Kysely<Tables>, planId: string): Promise<ApprovalSubject> {
  const plan = await readPlan(db, planId)
  const routes = (await routesOf(db, [planId])).map(({ id }) => id)
  const stops = await stopsOf(db, routes)
  return {
    name: `plan ${planId} of ${plan.depot_id} for ${plan.day}: ${stops.length} stops on ${routes.length} routes`,
    version: plan.version,
    state: { Status: inWords(plan.status) },
  }
}

/** The route that a call sends off or gives to somebody else. */
export async function routeSubject(db: Kysely<Tables>, routeId: string): Promise<ApprovalSubject> {
  const { day, version, status, driver_id } = await readRoute(db, routeId)
  return { name: `route ${routeId} of ${day}`, version, state: { Status: inWords(status), Driver: driver_id } }
}

/** The stop that a call moves to another route. */
export async function stopSubject(db: Kysely<Tables>, stopId: string): Promise<ApprovalSubject> {
  const { stop, route } = await lockStop(db, stopId)
  return {
    name: `stop ${stopId} of ${route.day}, for shipment ${stop.shipment_id}`,
    version: `${stop.version} ${route.id}`,
    state: { Route: route.id, Driver: route.driver_id },
  }
}

/** The exception that a call ends. */
export async function exceptionSubject(db: Kysely<Tables>, id: string): Promise<ApprovalSubject> {
  const { shipment_id, type, status, resolution } = await lockException(db, id)
  const shipment = await readShipment(db, shipment_id)
  return {
    name: `${inWords(type)} of ${nameOf(shipment)}`,
    version: `${status} ${shipment.version}`,
    state: { Exception: inWords(resolution ?? status), Shipment: inWords(shipment.status) },
  }
}

function nameOf({ id, order_ref }: { id: string; order_ref: string | null }): string {
  return order_ref === null ? `shipment ${id}` : `shipment ${id} of order ${order_ref}`
}

function inWords(name: string): string {
  return name.replaceAll('_', ' ')
}
