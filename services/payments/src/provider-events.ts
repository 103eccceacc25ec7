import type { Kysely } from 'kysely'
import { settleAuthorization } from './authorization.ts'
import type { Tables } from './database-tables.ts'
import { recordDispute } from './dispute.ts'
import type { EventEffects } from './inbound/effects.ts'
import { settleOperation } from './operation.ts'
import type { AuthorizeOutcome, OperationOutcome } from './provider/provider.ts'
import { carryOut } from './workflows/carry-out.ts'

/** What the notifications of a provider change here. */
export const eventEffects: EventEffects = {
  async operationEnded(db, _provider, operation, outcome) {
    if (operation.kind === 'authorize') {
      const id = await authorizationIdOf(db, operation)
      if (!id) return 'unknown_payment'
      const { toVoid } = await settleAuthorization(db, id, outcome as AuthorizeOutcome)
      if (toVoid) await carryOut(db, toVoid, 'payments')
      return 'applied'
    }
    const known = await db
      .selectFrom('operation')
      .select('id')
      .where('id', '=', operation.operationId)
      .executeTakeFirst()
    if (!known) return 'unknown_payment'
    await settleOperation(db, known.id, outcome as OperationOutcome)
    return 'applied'
  },

  async authorizationExpired(db, _provider, authorization) {
    const id = await authorizationIdOf(db, authorization)
    if (!id) return 'unknown_payment'
    await settleAuthorization(db, id, { status: 'expired' })
    return 'applied'
  },

  async disputeChanged(db, provider, dispute) {
    return (await recordDispute(db, provider, dispute)) ? 'applied' : 'unknown_payment'
  },
}

/** By our own id when the provider says it, else by the provider's. */
async function authorizationIdOf(
  db: Kysely<Tables>,
  { operationId, authorizationRef }: { operationId?: string | undefined; authorizationRef?: string | undefined },
): Promise<string | undefined> {
  const query = db.selectFrom('authorization').select('id')
  const byId = operationId && (await query.where('id', '=', operationId).executeTakeFirst())
  const found =
    byId || (authorizationRef && (await query.where('provider_ref', '=', authorizationRef).executeTakeFirst()))
  return found ? found.id : undefined
}
