import { defineWorkflow, type Steps } from '@backroom/workflows'
import { type Kysely, sql } from 'kysely'
import { prepareAuthorization, settleAuthorization } from '../authorization.ts'
import type { Tables } from '../database-tables.ts'
import { readIntent } from '../intent.ts'
import { prepareOperation, settleOperation } from '../operation.ts'
import type { AuthorizeOutcome, OperationOutcome, OperationReference, ProviderName } from '../provider/provider.ts'
import { providerInUse } from '../provider-in-use.ts'
import { carryOut, send } from './carry-out.ts'

/** Looks one operation of unknown outcome up, because somebody asks. */
export const resolveOperation = defineWorkflow<Tables>()({
  name: 'resolve_operation',
  kind: 'resolve_operation',
  async run({ operationId }: { operationId: string }, steps): Promise<void> {
    steps.pivot()
    await resolve(steps, operationId)
  },
})

/** Ids of operations and authorisations whose outcome is unknown, the oldest first. */
export async function unresolved(db: Kysely<Tables>, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from (
      select id, requested_at from operation where status = 'unknown'
      union all select id, requested_at from "authorization" where status = 'unknown'
    ) as open order by requested_at limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Looks an operation up at the provider. One that never arrived there is sent again, under the same id. */
export async function resolve(steps: Steps<Tables>, id: string): Promise<void> {
  if (id.startsWith(AUTHORIZATION)) return resolveAuthorization(steps, id)
  const prepared = await steps.transaction(`prepare ${id}`, async (db) => (await prepareOperation(db, id)) ?? null)
  if (!prepared) return
  const { provider, operation, authorizationRef } = prepared
  const found = await lookUp(steps, provider, { kind: operation.kind, operationId: id, authorizationRef })
  const outcome = found.status === 'not_found' ? await steps.remote(`send ${id}`, () => send(prepared)) : found
  await steps.transaction(`settle ${id}`, (db) => settleOperation(db, id, outcome as OperationOutcome))
}

const AUTHORIZATION = 'aut_'
/** Until then a request that got lost may still arrive at the provider. */
const LOST_AFTER_MS = 15 * 60_000

async function resolveAuthorization(steps: Steps<Tables>, id: string): Promise<void> {
  const found = await steps.transaction(`prepare ${id}`, async (db) => {
    const prepared = await prepareAuthorization(db, id)
    if (!prepared) return null
    const { status, created_at } = await readIntent(db, { payment_id: id })
    return { ...prepared, givenUp: status === 'voided', lost: Date.now() - created_at.getTime() > LOST_AFTER_MS }
  })
  if (!found) return
  const { provider, request, givenUp, lost } = found
  const answer = await lookUp(steps, provider, { kind: 'authorize', operationId: id })
  const outcome = answer.status === 'not_found' ? await whenNotFound() : (answer as AuthorizeOutcome)
  await steps.transaction(`settle ${id}`, async (db) => {
    const { toVoid } = await settleAuthorization(db, id, outcome)
    if (toVoid) await carryOut(db, toVoid, 'payments')
  })

  /** A payment that was given up is not asked for again; it is over once nothing of it can arrive any more. */
  function whenNotFound(): Promise<AuthorizeOutcome> {
    if (!givenUp) return steps.remote(`send ${id}`, () => providerInUse(provider).authorize(request))
    return Promise.resolve(
      lost
        ? { status: 'failed', code: 'never_arrived', message: 'The provider never received it' }
        : { status: 'unknown', reason: 'not found yet' },
    )
  }
}

function lookUp(steps: Steps<Tables>, provider: ProviderName, operation: OperationReference) {
  return steps.remote(`look up ${operation.operationId}`, () => providerInUse(provider).lookup(operation))
}
