import { readSettings, sharedSettings } from '@backroom/configuration'
import { z } from 'zod'
import type { Target } from './simulator-notifications.ts'

/** The simulated carriers, where the environment asks for them. */
export interface SimulatorSettings extends Target {
  dayMs: number
}

/**
 * What the environment says of carriers: in the demo, with `CARRIER_SECRET`, the simulated ones, else the own fleet alone.
 *
 * @throws {ConfigurationError} for values that are wrong
 */
export function chooseCarriers(environment: NodeJS.ProcessEnv = process.env): SimulatorSettings | undefined {
  const { BACKROOM_PROFILE, PUBLIC_URL, CARRIER_SECRET, CARRIER_WEBHOOK_URL, CARRIER_DAY_SECONDS } = readSettings(
    {
      BACKROOM_PROFILE: sharedSettings.BACKROOM_PROFILE,
      PUBLIC_URL: sharedSettings.PUBLIC_URL,
      /** Signs the notifications of the simulated carriers. */
      CARRIER_SECRET: z.string().min(16).optional(),
      /** Where they go, without the carrier's id. Default: the public address of the inbox. */
      CARRIER_WEBHOOK_URL: z.url().optional(),
      /** How long a day of transit takes with them. */
      CARRIER_DAY_SECONDS: z.coerce.number().positive().default(20),
    },
    environment,
  )
  if (BACKROOM_PROFILE !== 'demo' || !CARRIER_SECRET) return undefined
  const url = CARRIER_WEBHOOK_URL ?? `${PUBLIC_URL}/tms/webhooks`
  return { secret: CARRIER_SECRET, url, dayMs: CARRIER_DAY_SECONDS * 1_000 }
}
