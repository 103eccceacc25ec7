import { begin, defineWorkflow, enqueue } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { OperationKind, OperationRow, Tables } from '../database-tables.ts'
import { type PreparedOperation, prepareOperation, settleOperation } from '../operation.ts'
import type { OperationOutcome } from '../provider/provider.ts'
import { providerInUse } from '../provider-in-use.ts'
import { untilKnown } from './until-known.ts'

/** Carries an operation out at the provider; its outcome stands in the operation's row, even when it is unknown. */
const carrying = (name: string) =>
  defineWorkflow<Tables>()({
    name,
    kind: name,
    async run({ operationId }: { operationId: string }, steps): Promise<void> {
      steps.pivot()
      const prepared = await steps.transaction(
        'prepare',
        async (db) => (await prepareOperation(db, operationId)) ?? null,
      )
      if (!prepared) return
      const outcome = await untilKnown(steps, 'send', () => send(prepared))
      await steps.transaction('settle', (db) => settleOperation(db, operationId, outcome))
    },
  })

export const capturePayment = carrying('capture_payment')
export const voidAuthorization = carrying('void_authorization')
export const refundPayment = carrying('refund_payment')

const workflows = { capture: capturePayment, void: voidAuthorization, refund: refundPayment }

/** The workflow that carries out operations of a kind. */
export function workflowOf(kind: OperationKind) {
  return workflows[kind]
}

/** Begins to carry out an operation that somebody waits for, in the transaction that recorded it. */
export function beginOperation(db: Kysely<Tables>, operation: OperationRow, startedBy: string): Promise<void> {
  return begin(db, workflowOf(operation.kind), startOf(operation, startedBy))
}

/** Has an operation carried out after commit, with nobody waiting. */
export function carryOut(db: Kysely<Tables>, operation: OperationRow, startedBy: string): Promise<void> {
  return enqueue(db, workflowOf(operation.kind), startOf(operation, startedBy))
}

/** Sends an operation to its provider, for the first time or again: the id makes sure that it happens once. */
export async function send(prepared: PreparedOperation): Promise<OperationOutcome> {
  const { operation, authorizationRef, whole } = prepared
  const { id: operationId, amount_minor: amountMinor, currency, reason, final } = operation
  const provider = providerInUse(prepared.provider)
  switch (operation.kind) {
    case 'capture':
      return provider.capture({ operationId, authorizationRef, amountMinor, currency, final })
    case 'refund':
      return provider.refund({ operationId, authorizationRef, amountMinor, currency, reason })
    case 'void':
      if (whole) return provider.void({ operationId, authorizationRef, currency })
      // The provider releases the part by itself, with the final capture or when the authorisation lapses.
      if (!provider.capabilities.partialVoid) return { status: 'succeeded', providerRef: operationId, amountMinor }
      return provider.void({ operationId, authorizationRef, amountMinor, currency })
  }
}

function startOf({ id, intent_id }: OperationRow, startedBy: string) {
  return { id, subject: intent_id, input: { operationId: id }, startedBy }
}
