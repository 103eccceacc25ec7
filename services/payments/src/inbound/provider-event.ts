import type { ColumnType, Generated, Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import type { Notification, Provider } from '../provider/provider.ts'
import type { Effect, EventEffects } from './effects.ts'

/** The inbox of the providers: every authentic notification, once. */
export interface ProviderEventTable {
  provider: string
  event_id: string
  type: string
  /** As it came; read as JSON. */
  payload: ColumnType<unknown, string, never>
  received_at: Generated<Date>
  attempts: Generated<number>
  processed_at: Date | null
}

/** Names a notification. */
export interface EventKey {
  provider: string
  eventId: string
}

/** Keeps a notification. @returns false when it is here already */
export async function keepEvent(db: Kysely<Tables>, provider: string, notification: Notification): Promise<boolean> {
  const { eventId, type, payload } = notification
  const row = await db
    .insertInto('provider_event')
    .values({ provider, event_id: eventId, type, payload: JSON.stringify(payload) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('event_id')
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Lets a kept notification take its effect, once, in the caller's transaction.
 *
 * @returns how often it has been tried without its payment being known; undefined: it needs no further try
 */
export async function applyEvent(
  db: Kysely<Tables>,
  { provider: name, eventId }: EventKey,
  provider: Provider,
  effects: EventEffects,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('provider_event')
    .select(['payload', 'attempts'])
    .where('provider', '=', name)
    .where('event_id', '=', eventId)
    .where('processed_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return undefined
  const effect = await effectOf(db, row.payload, provider, effects)
  const attempts = row.attempts + 1
  await db
    .updateTable('provider_event')
    .set({ attempts, processed_at: effect === 'applied' ? new Date() : null })
    .where('provider', '=', name)
    .where('event_id', '=', eventId)
    .execute()
  return effect === 'applied' ? undefined : attempts
}

/** The payment that a notification is about, as the provider names it; events of one payment are handled in turn. */
export function subjectOf(provider: Provider, { eventId, payload }: Notification): string {
  const event = provider.readEvent(payload)
  switch (event?.about) {
    case 'operation':
      return event.operation.authorizationRef ?? event.operation.operationId
    case 'authorization_expired':
      return event.authorizationRef
    case 'dispute':
      return event.dispute.authorizationRef
    case undefined:
      return eventId
  }
}

async function effectOf(
  db: Kysely<Tables>,
  payload: unknown,
  provider: Provider,
  effects: EventEffects,
): Promise<Effect> {
  const event = provider.readEvent(payload)
  switch (event?.about) {
    case 'operation':
      return effects.operationEnded(db, provider.name, event.operation, event.outcome)
    case 'authorization_expired':
      return effects.authorizationExpired(db, provider.name, event)
    case 'dispute':
      return effects.disputeChanged(db, provider.name, event.dispute)
    case undefined:
      return 'applied'
  }
}
