import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { AmountMinor, Currency } from '../identifiers.ts'
import { postRecovery as post } from '../recovery.ts'

export const postRecovery = defineTool({
  name: 'post_recovery',
  title: 'Post recovery',
  description:
    'Book money that a carrier, an insurer or a supplier paid for a claim. One claim payment is booked once.',
  scope: 'payments:ledger_write',
  serviceOnly: true,
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    claim_id: z.string().min(1).max(64),
    source_id: z.string().min(1).max(128).describe('Id of the payment that came in'),
    amount_minor: AmountMinor,
    currency: Currency,
    counterparty: z.string().min(1).max(128).describe('Who paid'),
  }),
  output: z.object({ tx_id: z.string(), claim_id: z.string(), amount_minor: z.int(), currency: z.string() }),
  text: ({ claim_id, amount_minor, currency }) => `${formatMoney(amount_minor, currency)} recovered for ${claim_id}`,
  handle: async ({ claim_id, source_id, amount_minor, currency, counterparty }, { db }) => {
    const recovery = { claimId: claim_id, sourceId: source_id, amount: amount_minor, currency, counterparty }
    return { tx_id: await post(db, recovery), claim_id, amount_minor, currency }
  },
})
