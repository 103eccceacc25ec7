import type { Caller } from './caller.ts'
import { BusinessError, type NextAction } from './errors.ts'

/** Whose eyes a read is for: a customer sees the own rows alone, everybody else all. */
export interface Viewer {
  customerId?: string | undefined
}

/** A process of this server: sees every row. */
export const everything: Viewer = {}

/** The viewer that a caller is. */
export function viewerOf({ kind, customerId, subject }: Caller): Viewer {
  return kind === 'customer' ? { customerId: customerId ?? subject } : everything
}

/**
 * A check that refuses customers what is about the retailer and not about their own rows, and names what they may call.
 * It throws not_found, as for anything else that a customer must not see.
 */
export function staffOnly(instead: NextAction): (caller: Caller) => void {
  return (caller) => {
    if (viewerOf(caller).customerId === undefined) return
    throw new BusinessError('not_found', 'There is nothing of yours here.', { nextActions: [instead] })
  }
}
