import { BusinessError, type Caller } from '@backroom/mcp-service'

/** Whose eyes a read is for: a customer sees the own claims alone, everybody else all. */
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
 * Refuses what is for the retailer's people and not for customers.
 *
 * @throws {BusinessError} not_found, as for anything else that a customer must not see
 */
export function requireStaff(caller: Caller): void {
  if (viewerOf(caller).customerId === undefined) return
  throw new BusinessError('not_found', 'There is nothing of yours here.', {
    nextActions: [{ tool: 'list_claims', hint: 'Your own claims.' }],
  })
}
