/** What a payment method makes the provider do when it is authorised. */
export interface MethodBehaviour {
  decline?: { code: string; message: string }
  /** The customer must confirm first. */
  confirms?: true
  /** How long the customer may take; a quarter of an hour by default. */
  confirmsWithinMs?: number
  /** The work itself happens that late, whoever still waits for it. */
  lateMs?: number
  /** The work is done, and its first answer never arrives. */
  losesAnswer?: true
  risk?: 'elevated'
  /** Its owner disputes the first capture. */
  disputes?: true
}

/** Longer than payments waits for an answer. */
const LATE_MS = 6_000

/** A link that a customer was sent can be paid for two weeks. */
const LINK_MS = 14 * 86_400_000

const behaviours: Record<string, MethodBehaviour> = {
  pm_sim_visa: {},
  pm_sim_mastercard: {},
  pm_sim_declined: {
    decline: { code: 'card_declined', message: 'Your bank declined the card. Use another payment method.' },
  },
  pm_sim_insufficient_funds: {
    decline: { code: 'insufficient_funds', message: 'There is not enough money on the card. Use another one.' },
  },
  pm_sim_3ds: { confirms: true },
  pm_sim_link: { confirms: true, confirmsWithinMs: LINK_MS },
  pm_sim_slow: { lateMs: LATE_MS },
  pm_sim_lost: { losesAnswer: true },
  pm_sim_review: { risk: 'elevated' },
  pm_sim_dispute: { disputes: true },
}

/** What a method does; undefined: there is no such method. */
export function behaviourOf(method: string): MethodBehaviour | undefined {
  return Object.hasOwn(behaviours, method) ? behaviours[method] : undefined
}
