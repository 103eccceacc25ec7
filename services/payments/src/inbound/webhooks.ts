import type { FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { BadWebhook, type Provider } from '../provider/provider.ts'
import type { EventProcessing } from './process-event.ts'
import { keepEvent, subjectOf } from './provider-event.ts'

const BODY_LIMIT = 256 * 1024

/**
 * `POST /payments/webhooks/<provider>`: 400 when the notification is not authentic, else 200 as soon as it is committed
 * to the inbox. Anything else makes the provider send it again.
 */
export function mountWebhooks(
  app: FastifyInstance,
  { db, provider, processing }: { db: Kysely<Tables>; provider: Provider; processing: EventProcessing },
): void {
  // The signature is over the bytes as they were sent.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post<{ Params: { provider: string } }>(
    '/payments/webhooks/:provider',
    { bodyLimit: BODY_LIMIT },
    async (request, reply) => {
      const { params, body, headers, log, id } = request
      if (params.provider !== provider.name)
        return reply
          .code(404)
          .send({ error: 'unknown_provider', message: `No payments go through ${params.provider}.` })
      try {
        const notification = provider.verifyWebhook(Buffer.isBuffer(body) ? body : Buffer.alloc(0), headers)
        const subject = subjectOf(provider, notification)
        await db.transaction().execute(async (trx) => {
          const isNew = await keepEvent(trx, provider.name, notification)
          const { eventId } = notification
          if (isNew) await processing.enqueue(trx, { provider: provider.name, eventId, subject })
        })
        return { received: true }
      } catch (error) {
        if (!(error instanceof BadWebhook)) throw error
        log.warn({ request_id: id, provider: provider.name, reason: error.message }, 'notification refused')
        return reply.code(400).send({ error: 'bad_webhook', message: `Refused: ${error.message}.` })
      }
    },
  )
}
