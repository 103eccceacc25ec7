/** A way to pay that a demo account owns: a token of the simulated payment provider, never card data. */
export interface DemoPaymentMethod {
  token: string
  /** How its owner sees it; says what the simulated provider does with it. */
  label: string
}

/** Every demo account owns all of these, so that each outcome of a payment can be tried; the first is the default. */
export const demoPaymentMethods: readonly DemoPaymentMethod[] = [
  { token: 'pm_sim_visa', label: 'Visa ending in 4242' },
  { token: 'pm_sim_mastercard', label: 'Mastercard ending in 4444' },
  { token: 'pm_sim_declined', label: 'Card that is declined' },
  { token: 'pm_sim_insufficient_funds', label: 'Card without funds' },
  { token: 'pm_sim_3ds', label: 'Card that asks its owner to confirm (3-D Secure)' },
  { token: 'pm_sim_slow', label: 'Card of a bank that answers late' },
  { token: 'pm_sim_lost', label: 'Card whose first answer gets lost' },
  { token: 'pm_sim_review', label: 'Card that is held for a fraud review' },
  { token: 'pm_sim_dispute', label: 'Card whose owner disputes the charge' },
]
