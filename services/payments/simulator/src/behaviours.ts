import type { Store } from './store.ts'

export const operationNames = ['authorize', 'capture', 'void', 'refund', 'lookup', 'dispute', 'any'] as const
/** `reorder_webhooks` holds a notification back until a later one was taken, or `delayMs` have passed. */
export const behaviourNames = [
  'lose_response',
  'delay',
  'decline',
  'unavailable',
  'duplicate_webhook',
  'reorder_webhooks',
] as const
export type Behaviour = (typeof behaviourNames)[number]

/** How the next operations of a kind go wrong. */
export interface OrderedBehaviour {
  operation: (typeof operationNames)[number]
  behaviour: Behaviour
  times: number
  delayMs: number
}

/** Orders a behaviour; it lasts over a restart until it has happened as often as was said. */
export function order({ sql }: Store, { operation, behaviour, times, delayMs }: OrderedBehaviour): void {
  sql.run`insert into behaviour (operation, behaviour, times, delay_ms) values (${operation}, ${behaviour}, ${times}, ${delayMs})`
}

/** Takes one occurrence of a behaviour if it was ordered for this operation. */
export function take({ sql }: Store, operation: string, behaviour: Behaviour): { delayMs: number } | undefined {
  const row = sql.get`select id, times, delay_ms from behaviour
    where behaviour = ${behaviour} and (operation = ${operation} or operation = 'any') order by id limit 1`
  if (!row) return undefined
  const { id = 0, times = 0, delay_ms } = row
  if (Number(times) > 1) sql.run`update behaviour set times = times - 1 where id = ${id}`
  else sql.run`delete from behaviour where id = ${id}`
  return { delayMs: Number(delay_ms) }
}
