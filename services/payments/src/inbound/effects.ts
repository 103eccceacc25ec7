import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import type {
  AuthorizeOutcome,
  OperationOutcome,
  OperationReference,
  ProviderDispute,
  ProviderName,
} from '../provider/provider.ts'

/**
 * What the domain does with the notifications of a provider. Each runs in one transaction with the mark "processed",
 * folds by state (late, repeated and reordered ones change nothing) and waits for no other process.
 */
export interface EventEffects {
  /** The end of an operation, as the answer to the call itself would have told it. */
  operationEnded(
    db: Kysely<Tables>,
    provider: ProviderName,
    operation: OperationReference,
    outcome: AuthorizeOutcome | OperationOutcome,
  ): Promise<Effect>
  authorizationExpired(
    db: Kysely<Tables>,
    provider: ProviderName,
    authorization: { authorizationRef: string; operationId?: string },
  ): Promise<Effect>
  disputeChanged(db: Kysely<Tables>, provider: ProviderName, dispute: ProviderDispute): Promise<Effect>
}

/** `unknown_payment`: nothing here has that reference yet; the event is kept and tried again. */
export type Effect = 'applied' | 'unknown_payment'
