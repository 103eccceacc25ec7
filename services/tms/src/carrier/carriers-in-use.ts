import { BusinessError } from '@backroom/mcp-service'
import type { CarrierConnection } from './carrier.ts'
import { ownFleet } from './own-fleet.ts'

let chosen: ReadonlyMap<string, CarrierConnection> = new Map([[ownFleet.id, ownFleet]])

/** Sets the carriers of this process beside the own fleet; called once at start. */
export function useCarriers(carriers: readonly CarrierConnection[]): void {
  chosen = new Map([ownFleet, ...carriers].map((carrier) => [carrier.id, carrier]))
}

/** Ids of the carriers that this server is connected to. */
export function connectedCarriers(): string[] {
  return [...chosen.keys()]
}

/**
 * The connection to a carrier.
 *
 * @throws {BusinessError} policy_denied when this server has none
 */
export function carrierInUse(id: string): CarrierConnection {
  const found = chosen.get(id)
  if (found) return found
  throw new BusinessError('policy_denied', `This server is not connected to the carrier ${id}.`, {
    details: { carrier: id, connected: connectedCarriers() },
    nextActions: [{ tool: 'quote_rates', hint: 'It lists what the connected carriers offer.' }],
  })
}
