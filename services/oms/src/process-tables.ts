import type { ColumnType, Generated } from 'kysely'

export const checkoutStates = ['running', 'requires_action', 'completed', 'failed'] as const
export type CheckoutState = (typeof checkoutStates)[number]

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>

/** The tables of the processes across domains. */
export interface ProcessTables {
  checkout: {
    id: string
    order_id: string
    customer_id: string
    state: Generated<CheckoutState>
    payment_id: string | null
    action_url: string | null
    started_at: Timestamp
  }
  order_difference: {
    order_id: string
    subject: string
    expected: string
    actual: string
    found_at: Timestamp
  }
  /** Written by the workflow engine, read here. */
  saga: {
    id: string
    kind: string
    subject: string
    state: 'running' | 'completed' | 'compensated' | 'failed' | 'parked'
    input: unknown
    output: unknown
    error: unknown
    deadline: Date | null
    attempts: number
    parked: { step?: string; reason: string; retryable: boolean } | null
    started_by: string
    created_at: Date
    ended_at: Date | null
  }
}
