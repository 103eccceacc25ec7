import { createHttpServer } from '@backroom/http-server'
import type { FastifyInstance } from 'fastify'
import { expireAuthorizations } from './authorizing.ts'
import { expireDisputes } from './disputes.ts'
import { deliverDue } from './notifications.ts'
import { mountApi } from './routes.ts'
import { seedDemo } from './seed-demo.ts'
import type { SimulatorSettings } from './settings.ts'
import { openStore, type Store } from './store.ts'

const DELIVERY_MS = 25
const SWEEP_MS = 5_000

/** A payment provider with books of its own, ready to listen. */
export function createSimulator(settings: SimulatorSettings): FastifyInstance {
  const app = createHttpServer({ name: 'psp', logLevel: settings.LOG_LEVEL })
  const store = openStore(settings.BACKROOM_DATA)
  if (settings.BACKROOM_PROFILE === 'demo') seedDemo(store, new Date())
  app.get('/health', async () => ({ status: 'healthy' }))
  app.get('/ready', async () => ({ status: 'ready' }))
  app.register(async (api) => mountApi(api, store, settings.PSP_SECRET))
  const stop = [
    repeat(DELIVERY_MS, () => deliverDue(store, { url: settings.WEBHOOK_URL, secret: settings.PSP_SECRET })),
    repeat(SWEEP_MS, async () => expire(store)),
  ]
  app.addHook('onClose', async () => {
    await Promise.all(stop.map((end) => end()))
    store.close()
  })
  return app
}

function expire(store: Store): void {
  const now = Date.now()
  expireAuthorizations(store, now)
  expireDisputes(store, now)
}

/** Runs work again and again, never twice at once. @returns a function that ends it, after the run that is under way */
function repeat(everyMs: number, work: () => Promise<void>): () => Promise<void> {
  let ended = false
  let timer: NodeJS.Timeout
  let running: Promise<void> = Promise.resolve()
  const next = () => {
    timer = setTimeout(() => {
      running = work().finally(() => ended || next())
    }, everyMs)
  }
  next()
  return async () => {
    ended = true
    clearTimeout(timer)
    await running
  }
}
