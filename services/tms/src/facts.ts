import { type FactInput, type FactType, reportFact } from '@backroom/facts'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'

/**
 * Tells the order process what happened to a shipment, if and only if the transaction commits.
 *
 * @param once tells happenings of one type and shipment apart; by default there is only one
 */
export function report<Type extends FactType>(
  db: Kysely<Tables>,
  type: Type,
  shipmentId: string,
  data: FactInput<Type>,
  once = '',
): Promise<void> {
  return reportFact(db, 'logistics', { type, subject: shipmentId, data, id: `${type}:${shipmentId}${once}` })
}
