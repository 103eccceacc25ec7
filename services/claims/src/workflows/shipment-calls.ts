import { BusinessError } from '@backroom/mcp-service'
import { StepFailed, type Steps } from '@backroom/workflows'
import { TrackedShipment } from '../tracked-shipment.ts'

type Calls = Pick<Steps<never>, 'call' | 'isDeployed'>

/**
 * A shipment as logistics tracks it, by its own id or by the sender's name of it.
 *
 * @throws {BusinessError} not_found
 * @throws {StepFailed} where logistics is no part of the fleet or does not answer
 */
export async function trackedShipment(steps: Calls, reference: string): Promise<TrackedShipment> {
  try {
    return await track(steps, 'shipment_id', reference)
  } catch (error) {
    if (!isNotFound(error)) throw error
    return track(steps, 'shipment_ref', reference)
  }
}

/** The shipment that the sender calls so; undefined when logistics has none. @throws {StepFailed} */
export async function shipmentNamed(steps: Calls, shipmentRef: string): Promise<TrackedShipment | undefined> {
  try {
    return await track(steps, 'shipment_ref', shipmentRef)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

async function track(steps: Calls, name: 'shipment_id' | 'shipment_ref', value: string): Promise<TrackedShipment> {
  if (!steps.isDeployed('tms')) throw new StepFailed('track_shipment', 'logistics is no part of this fleet')
  return TrackedShipment.parse(await steps.call(name, 'tms', 'track_shipment', { [name]: value }))
}

function isNotFound(error: unknown): boolean {
  return error instanceof BusinessError && error.body.code === 'not_found'
}
