import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigurationError, Port, readSettings, sharedSettings } from '@backroom/configuration'
import { createHttpServer, serve } from '@backroom/http-server'
import { measure, mountMetrics } from '@backroom/telemetry/metrics'
import { z } from 'zod'
import { addressesHere } from './reconciliation/books.ts'
import { type CheckResult, reconcile } from './reconciliation/reconcile.ts'

/** `node fleet/src/watch-books.ts`: proves the books again and again and tells Prometheus what it found. */
let latest: { results: CheckResult[]; at: number } | undefined

try {
  const settings = readSettings({
    ...sharedSettings,
    INTERNAL_PORT: Port.default(9000),
    BOOKS_EVERY_S: z.coerce.number().int().min(10).default(600),
  })
  const app = createHttpServer({ name: 'books', logLevel: settings.LOG_LEVEL })
  app.get('/health', async () => ({ status: 'healthy' }))
  app.get('/ready', async () => ({ status: 'ready' }))
  mountMetrics(app, 'books')
  measureBooks()
  await serve([{ app, host: settings.HOST, port: settings.INTERNAL_PORT }])
  for (;;) {
    try {
      latest = { results: await reconcile(await addressesHere()), at: Date.now() }
    } catch (error) {
      app.log.error({ err: error }, 'the books could not be read; they are looked at again later')
    }
    await sleep(settings.BOOKS_EVERY_S * 1_000)
  }
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error
  console.error(error.message)
  process.exit(1)
}

function measureBooks(): void {
  measure({
    name: 'book_differences',
    help: 'Differences that the last proof of the books found, by check.',
    labels: ['check'],
    read: () =>
      (latest?.results ?? []).flatMap((result) =>
        'differences' in result ? [{ labels: { check: result.name }, value: result.differences.length }] : [],
      ),
  })
  measure({
    name: 'books_proved_timestamp_seconds',
    help: 'When the books were proved last.',
    read: () => (latest ? [{ value: latest.at / 1_000 }] : []),
  })
}
