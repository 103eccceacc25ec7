import { ConfigurationError, readSettings, sharedSettings } from '@backroom/configuration'
import { z } from 'zod'
import type { Provider } from './provider.ts'
import { simulatorProvider } from './simulator.ts'
import { stripeProvider } from './stripe.ts'

/**
 * The provider that the environment names: Stripe where its keys are given, else, in the demo alone, the simulated one.
 *
 * @throws {ConfigurationError} when neither is complete
 */
export function chooseProvider(environment: NodeJS.ProcessEnv = process.env): Provider {
  const { PUBLIC_URL: publicUrl, ...settings } = readSettings(
    {
      PUBLIC_URL: sharedSettings.PUBLIC_URL,
      BACKROOM_PROFILE: sharedSettings.BACKROOM_PROFILE,
      /** Secret API key of the account. */
      STRIPE_SECRET_KEY: z.string().min(1).optional(),
      /** Signing secret of the webhook endpoint `<PUBLIC_URL>/payments/webhooks/stripe`. */
      STRIPE_WEBHOOK_SECRET: z.string().min(1).optional(),
      /** Origin of Stripe's API, where it is reached through a proxy. */
      STRIPE_API_URL: z.url().optional(),
      /** Origin of the simulated provider, and what it shares with payments. */
      PSP_URL: z.url().optional(),
      PSP_SECRET: z.string().min(16).optional(),
    },
    environment,
  )
  const { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_API_URL: apiUrl, PSP_URL, PSP_SECRET } = settings
  if (STRIPE_SECRET_KEY && STRIPE_WEBHOOK_SECRET)
    return stripeProvider({ secretKey: STRIPE_SECRET_KEY, webhookSecret: STRIPE_WEBHOOK_SECRET, publicUrl, apiUrl })
  const isDemo = settings.BACKROOM_PROFILE === 'demo'
  if (isDemo && !STRIPE_SECRET_KEY && PSP_URL && PSP_SECRET)
    return simulatorProvider({ url: PSP_URL, secret: PSP_SECRET, publicUrl })
  throw new ConfigurationError(
    'No payment provider is configured. Set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET (or STRIPE_SECRET_KEY_FILE and STRIPE_WEBHOOK_SECRET_FILE); the simulated one serves the demo profile alone.',
  )
}
