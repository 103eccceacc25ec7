import { BusinessError } from '@backroom/mcp-service'
import type { Kysely, Updateable } from 'kysely'
import type { RmaStatus, Tables } from './database-tables.ts'
import type { Rma, RmaLine } from './rma.ts'

const arrivals = ['in_transit', 'partially_received', 'received'] as const

/** Where a return may go from each status. A return without goods goes from authorized to resolving at once. */
export const rmaTransitions: Record<RmaStatus, readonly RmaStatus[]> = {
  requested: ['authorized', 'rejected', 'more_info', 'cancelled'],
  more_info: ['authorized', 'rejected', 'cancelled'],
  authorized: ['label_issued', ...arrivals, 'resolving', 'cancelled', 'expired'],
  label_issued: ['label_issued', ...arrivals, 'cancelled', 'expired'],
  in_transit: ['partially_received', 'received'],
  partially_received: ['partially_received', 'received', 'inspecting', 'inspected'],
  received: ['inspecting', 'inspected'],
  inspecting: ['inspecting', 'inspected'],
  inspected: ['resolving', 'disputed'],
  disputed: ['disputed', 'resolving'],
  resolving: ['resolved', 'inspected', 'authorized'],
  resolved: ['closed'],
  rejected: [],
  closed: [],
  cancelled: [],
  expired: [],
}

type Change = Omit<Updateable<Tables['rma']>, 'status' | 'version' | 'id' | 'number'>

/**
 * Moves a locked return to another status, with what changes besides; the version grows by one.
 *
 * @throws {BusinessError} invalid_transition with the legal set
 */
export function setStatus(db: Kysely<Tables>, rma: Rma, to: RmaStatus, change: Change = {}): Promise<Rma> {
  if (!rmaTransitions[rma.status].includes(to)) throw illegal(rma, to)
  return db
    .updateTable('rma')
    .set((of) => ({ ...change, status: to, version: of('version', '+', 1) }))
    .where('id', '=', rma.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Changes a locked return that stays where it is. */
export function update(db: Kysely<Tables>, rma: Rma, change: Change): Promise<Rma> {
  return db
    .updateTable('rma')
    .set((of) => ({ ...change, version: of('version', '+', 1) }))
    .where('id', '=', rma.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** How far the goods are: what is expected, has come and has been looked at. */
export function statusOfGoods(
  lines: readonly Pick<RmaLine, 'qty_authorised' | 'qty_received' | 'qty_accepted' | 'qty_rejected'>[],
  complete: boolean,
): 'partially_received' | 'received' | 'inspecting' | 'inspected' {
  const sum = (units: (line: (typeof lines)[number]) => number) => lines.reduce((all, line) => all + units(line), 0)
  const received = sum(({ qty_received }) => qty_received)
  const inspected = sum(({ qty_accepted, qty_rejected }) => qty_accepted + qty_rejected)
  if (!complete && received < sum(({ qty_authorised }) => qty_authorised)) return 'partially_received'
  if (inspected === 0) return 'received'
  return inspected < received ? 'inspecting' : 'inspected'
}

function illegal({ number, status }: Rma, to: RmaStatus): BusinessError {
  const legal = rmaTransitions[status]
  return new BusinessError('invalid_transition', `${number} is ${status} and cannot become ${to}.`, {
    details: { status, wanted: to, legal },
    nextActions: [
      { tool: 'get_return', arguments: { rma_number: number }, hint: 'allowed_actions says what can be done.' },
    ],
  })
}

/** @throws {BusinessError} invalid_transition with the statuses in which it can be done */
export function requireStatus({ number, status }: Rma, legal: readonly RmaStatus[], what: string): void {
  if (legal.includes(status)) return
  throw new BusinessError('invalid_transition', `${number} is ${status}: it cannot be ${what}.`, {
    details: { status, legal },
    nextActions: [
      { tool: 'get_return', arguments: { rma_number: number }, hint: 'allowed_actions says what can be done.' },
    ],
  })
}
