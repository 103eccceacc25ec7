import { readSettings } from '@backroom/configuration'
import { z } from 'zod'

const { CONFIRM_PAYMENT_SECONDS } = readSettings({
  CONFIRM_PAYMENT_SECONDS: z.coerce.number().int().min(1).max(86_400).default(900),
})

/** How long a customer may take to confirm a payment at the bank's page; then the checkout is given up. */
export const CONFIRM_WITHIN_MS = CONFIRM_PAYMENT_SECONDS * 1_000
