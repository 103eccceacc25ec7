import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatMoney } from '@backroom/money'
import { Eta } from 'eta'
import type { CustomerActionState } from '../provider/provider.ts'

/** The page where a customer confirms a payment, in one of its states. Values are escaped by the template. */
interface Page {
  title: string
  text: string
  /** Formatted, with its currency. */
  amount?: string
  /** With the buttons to approve and decline. */
  asks?: true
}

const folder = new URL('../../views/', import.meta.url)
const styles = readFileSync(new URL('authenticate.css', folder), 'utf8')
const eta = new Eta({ views: fileURLToPath(folder), autoEscape: true, cache: true })

/** Nothing but this one style sheet and a form to the page itself; no scripts, no frames. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(styles).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/** The page as HTML. */
export function renderPage(page: Page): string {
  return eta.render('authenticate', { ...page, styles })
}

/** What a customer sees of a payment that they were asked to confirm. */
export function pageOf({ status, amountMinor, currency }: CustomerActionState): Page {
  const amount = formatMoney(amountMinor, currency)
  return status === 'waiting' ? { ...states.waiting, amount, asks: true } : { ...states[status], amount }
}

const goBack = 'You can close this page and go back to the shop.'

const states: Record<CustomerActionState['status'], Page> = {
  waiting: {
    title: 'Do you want to make this payment?',
    text: 'Your bank asks you to confirm it. Nothing is charged before your order ships.',
  },
  approved: { title: 'Payment approved', text: `Your order goes on now. ${goBack}` },
  declined: { title: 'Payment declined', text: `Nothing was charged, and the order is not placed. ${goBack}` },
  expired: {
    title: 'This payment cannot be confirmed any more',
    text: 'It took too long, or the order was given up. Nothing was charged. Go back to the shop and order again.',
  },
}

/** Told when there is nothing to confirm at this address. */
export const nothingHere: Page = {
  title: 'There is no payment to confirm here',
  text: 'Check the link, or go back to the shop and order again.',
}

/** Told after the page of the provider itself. */
export const handledElsewhere: Page = { title: 'Your bank has your answer', text: goBack }

export const crossSite: Page = {
  title: 'This answer came from another site',
  text: 'For your safety it was not accepted. Open the link that the shop gave you, and answer there.',
}

export const notUnderstood: Page = {
  title: 'We did not understand this answer',
  text: 'Go back to the page before, and choose one of its buttons.',
}

export const tooFast: Page = { title: 'Too many requests', text: 'Wait a minute, then load this page again.' }

export const notReady: Page = {
  title: 'The bank does not answer for a moment',
  text: 'Nothing was lost. Wait a few seconds, then load this page again.',
}
