import { BusinessError, decodeCursor, type PageRequest, pageOf } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import { z } from 'zod'
import type { ExceptionType, Severity, Tables } from './database-tables.ts'
import { report } from './facts.ts'
import type { Shipment } from './shipment.ts'

export type DeliveryException = Selectable<Tables['delivery_exception']>

export interface NewException {
  type: ExceptionType
  severity?: Severity | undefined
  note?: string | undefined
  /** What it is known by: a scan, a call. The same cause again is the same exception. */
  cause: string
  reportedBy: string
}

/** How much a kind of exception matters, unless somebody says otherwise. */
const usualSeverity: Record<ExceptionType, Severity> = {
  damage: 'high',
  missing: 'high',
  refused: 'medium',
  address: 'medium',
  delay: 'low',
  other: 'low',
}

/** Notes that something went wrong with a shipment, and tells the order process; once for a cause. */
export async function openException(
  db: Kysely<Tables>,
  { id: shipmentId, order_ref }: Shipment,
  { type, severity = usualSeverity[type], note, cause, reportedBy }: NewException,
): Promise<DeliveryException> {
  const row = await db
    .insertInto('delivery_exception')
    .values({
      id: `exc_${ulid()}`,
      shipment_id: shipmentId,
      type,
      severity,
      status: 'open',
      note: note ?? null,
      cause,
      reported_by: reportedBy,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!row) return db.selectFrom('delivery_exception').selectAll().where('cause', '=', cause).executeTakeFirstOrThrow()
  const data = { shipment_id: shipmentId, order_ref, exception_id: row.id, type, severity }
  await report(db, 'shipment.exception.v1', shipmentId, data, `:${row.id}`)
  return row
}

/**
 * An exception, locked until the transaction ends.
 *
 * @throws {BusinessError} not_found
 */
export async function lockException(db: Kysely<Tables>, id: string): Promise<DeliveryException> {
  const row = await db.selectFrom('delivery_exception').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (row) return row
  throw new BusinessError('not_found', `There is no exception ${id}.`, {
    nextActions: [{ tool: 'list_exceptions', hint: 'The open exceptions.' }],
  })
}

/** Ends a locked exception. */
export function closeException(
  db: Kysely<Tables>,
  { id }: DeliveryException,
  { resolution, note, actor }: { resolution: string; note?: string | undefined; actor: string },
): Promise<DeliveryException> {
  return db
    .updateTable('delivery_exception')
    .set({
      status: 'resolved',
      resolution,
      resolution_note: note ?? null,
      resolved_by: actor,
      resolved_at: new Date(),
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The exceptions of shipments, the oldest first. */
export function exceptionsOf(db: Kysely<Tables>, shipmentId: string): Promise<DeliveryException[]> {
  return db.selectFrom('delivery_exception').selectAll().where('shipment_id', '=', shipmentId).orderBy('id').execute()
}

/** What is open, the newest first. */
export async function listOpenExceptions(
  db: Kysely<Tables>,
  filter: { severity?: Severity | undefined; since?: Date | undefined },
  { cursor, limit }: PageRequest,
) {
  const after = decodeCursor(cursor, z.tuple([z.string()]))
  const { severity, since } = filter
  let query = db
    .selectFrom('delivery_exception')
    .innerJoin('shipment', 'shipment.id', 'delivery_exception.shipment_id')
    .selectAll('delivery_exception')
    .select(['shipment.order_ref', 'shipment.status as shipment_status'])
    .where('delivery_exception.status', '=', 'open')
  if (severity) query = query.where('severity', '=', severity)
  if (since) query = query.where('reported_at', '>=', since)
  if (after) query = query.where('delivery_exception.id', '<', sql<string>`${after[0]}`)
  const rows = await query
    .orderBy('delivery_exception.id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, ({ id }) => [id])
}
