import { defineWorkflow } from '@backroom/workflows'
import { prepareAuthorization, settleAuthorization } from '../authorization.ts'
import type { Tables } from '../database-tables.ts'
import { providerInUse } from '../provider-in-use.ts'
import { carryOut } from './carry-out.ts'
import { untilKnown } from './until-known.ts'

/** Asks the provider to reserve the money of a payment; ends with whatever the provider says, even with nothing. */
export const authorizePayment = defineWorkflow<Tables>()({
  name: 'authorize_payment',
  kind: 'authorize_payment',
  async run({ authorizationId }: { authorizationId: string }, steps): Promise<void> {
    steps.pivot()
    const prepared = await steps.transaction('prepare', async (db) => {
      const found = await prepareAuthorization(db, authorizationId)
      return found ?? null
    })
    if (!prepared) return
    const { provider, request } = prepared
    const outcome = await untilKnown(steps, 'authorize', () => providerInUse(provider).authorize(request))
    await steps.transaction('settle', async (db) => {
      const { toVoid } = await settleAuthorization(db, authorizationId, outcome)
      if (toVoid) await carryOut(db, toVoid, 'payments')
    })
  },
})
