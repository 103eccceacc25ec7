import { Port, readSettings, sharedSettings } from '@backroom/configuration'
import { z } from 'zod'

/** What the simulated provider reads from its environment. */
export type SimulatorSettings = ReturnType<typeof readSimulatorSettings>

/**
 * Reads the environment of the simulated provider.
 *
 * @throws {ConfigurationError} naming every variable that is missing or wrong
 */
export function readSimulatorSettings(environment: NodeJS.ProcessEnv = process.env) {
  const settings = readSettings(
    {
      ...sharedSettings,
      PORT: Port,
      /** Folder of the provider's books; they outlive the database of payments. */
      BACKROOM_DATA: z.string().min(1),
      /** Shared with payments: opens the API and signs notifications. */
      PSP_SECRET: z.string().min(16),
      /** Where notifications go. Default: the public address of payments' inbox. */
      WEBHOOK_URL: z.url().optional(),
    },
    environment,
  )
  return { ...settings, WEBHOOK_URL: settings.WEBHOOK_URL ?? `${settings.PUBLIC_URL}/payments/webhooks/simulator` }
}
