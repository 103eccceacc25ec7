import type { RouteContext } from '@backroom/mcp-service'
import type { FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import { BadWebhook, type CarrierConnection, type Scan } from '../carrier/carrier.ts'
import { announce } from '../changes.ts'
import type { Tables } from '../database-tables.ts'
import { parcelByTracking } from '../parcel-label.ts'
import { lockShipment } from '../shipment.ts'
import { recordEvents } from '../tracking.ts'
import { EXCEPTIONS_URI, shipmentUri } from '../uris.ts'

const BODY_LIMIT = 256 * 1024

/**
 * `POST /tms/webhooks/<carrier>`: 400 when the notification is not authentic, 404 for a consignment that is not known
 * (yet), else 200 once everything in it is committed. Anything else makes the carrier send it again.
 */
export function mountWebhooks(
  app: FastifyInstance,
  { db, carriers }: Pick<RouteContext<Tables>, 'db'> & { carriers: readonly CarrierConnection[] },
): void {
  // The signature is over the bytes as they were sent.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post<{ Params: { carrier: string } }>(
    '/tms/webhooks/:carrier',
    { bodyLimit: BODY_LIMIT },
    async ({ params, body, headers, log, id }, reply) => {
      const carrier = carriers.find((one) => one.id === params.carrier)
      if (!carrier?.readWebhook)
        return reply.code(404).send({ error: 'unknown_carrier', message: `No carrier ${params.carrier} sends here.` })
      try {
        const scans = carrier.readWebhook(Buffer.isBuffer(body) ? body : Buffer.alloc(0), headers)
        const unknown = await takeScans(db, carrier.id, scans)
        if (unknown.length === 0) return { received: scans.length }
        const message = `Not known here (yet): ${unknown.join(', ')}. Send them again.`
        return reply.code(404).send({ error: 'unknown_consignment', message })
      } catch (error) {
        if (!(error instanceof BadWebhook)) throw error
        log.warn({ request_id: id, carrier: carrier.id, reason: error.message }, 'notification refused')
        return reply.code(400).send({ error: 'bad_webhook', message: `Refused: ${error.message}.` })
      }
    },
  )
}

/** Books scans of a carrier, each parcel's in a transaction. @returns tracking numbers that it gave nothing of ours */
async function takeScans(db: Kysely<Tables>, carrier: string, scans: readonly Scan[]): Promise<string[]> {
  const unknown: string[] = []
  for (const [trackingNo, own] of Map.groupBy(scans, (scan) => scan.trackingNo)) {
    const shipmentId = await db.transaction().execute(async (trx) => {
      const parcel = await parcelByTracking(trx, { carrier, trackingNo })
      if (!parcel) return undefined
      const shipment = await lockShipment(trx, parcel.shipment_id)
      const events = own.map(({ eventId: sourceEventId, ...scan }) => ({
        ...scan,
        source: carrier,
        sourceEventId,
        parcelId: parcel.parcel_id,
      }))
      await recordEvents(trx, shipment, events)
      return shipment.id
    })
    if (shipmentId) announce(shipmentUri(shipmentId), EXCEPTIONS_URI)
    else unknown.push(trackingNo)
  }
  return unknown
}
