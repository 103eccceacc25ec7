import { defineWorkflow, enqueue, type Workflow } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import type { Provider } from '../provider/provider.ts'
import type { EventEffects } from './effects.ts'
import { applyEvent, type EventKey } from './provider-event.ts'

interface EventInput extends EventKey {
  /** What its turn is taken by. */
  subject: string
}

/** Handles kept notifications, one after the other for each payment. */
export interface EventProcessing {
  workflow: Workflow<EventInput, void>
  /** In the transaction that keeps the notification. */
  enqueue(db: Kysely<Tables>, event: EventInput): Promise<void>
}

const SECOND = 1_000
const HOUR = 3_600 * SECOND
/** Pauses between tries of a notification whose payment is not known; after the last one it stays in the inbox. */
const pausesMs = [1 * SECOND, 5 * SECOND, 30 * SECOND, 300 * SECOND, 1 * HOUR, 6 * HOUR, 24 * HOUR, 48 * HOUR]

export function eventProcessing(provider: Provider, effects: EventEffects): EventProcessing {
  const start = (db: Kysely<Tables>, event: EventInput, attempt: number, delayMs?: number) =>
    enqueue(db, workflow, {
      id: `${event.provider}:${event.eventId}:${attempt}`,
      subject: event.subject,
      input: event,
      startedBy: 'payments',
      partition: event.subject,
      ...(delayMs === undefined ? {} : { delayMs }),
    })
  const workflow = defineWorkflow<Tables>()<EventInput, void>({
    name: 'process_provider_event',
    kind: 'provider_event',
    async run(event, steps) {
      await steps.transaction('apply', async (db) => {
        const tries = await applyEvent(db, event, provider, effects)
        const pause = tries === undefined ? undefined : pausesMs[tries - 1]
        if (tries !== undefined && pause !== undefined) await start(db, event, tries + 1, pause)
      })
    },
  })
  return { workflow, enqueue: (db, event) => start(db, event, 1) }
}
