import type { RmaStatus } from './database-tables.ts'
import type { Rma } from './rma.ts'
import type { Viewer } from './viewer.ts'

interface Situation {
  rma: Rma
  /** Units that were inspected and of which nobody has said what becomes of them. */
  undisposed: number
  /** An advance was paid or is being paid. */
  advanced: boolean
}

/** Names of the tools that make sense for a return as it is; a customer hears of those for customers. */
export function allowedActions({ rma, undisposed, advanced }: Situation, { customerId }: Viewer): string[] {
  const is = (...statuses: RmaStatus[]) => statuses.includes(rma.status)
  const expected = is('authorized', 'label_issued') && !rma.returnless
  const resolvable = is('inspected', 'disputed') || (rma.returnless && is('authorized'))
  const forAll = { cancel_rma: is('requested', 'more_info', 'authorized', 'label_issued') && !advanced }
  const forStaff = {
    authorize_rma: is('requested', 'more_info'),
    reject_rma: is('requested', 'more_info'),
    issue_return_label: is('authorized') && !rma.returnless,
    approve_returnless: is('authorized') && !rma.returnless,
    extend_rma: expected,
    receive_return: (expected || is('in_transit', 'partially_received')) && !rma.returnless,
    inspect_return: is('partially_received', 'received', 'inspecting'),
    set_disposition: undisposed > 0,
    propose_resolution: resolvable,
    resolve_return: resolvable,
    advance_refund: (expected || is('in_transit')) && !advanced,
    link_carrier_claim: rma.carrier_claim === null && !is('rejected', 'cancelled', 'expired'),
  }
  const actions: Record<string, boolean> = customerId === undefined ? { ...forAll, ...forStaff } : forAll
  return Object.keys(actions).filter((name) => actions[name])
}
