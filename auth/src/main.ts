import { ConfigurationError, Port, readSettings, sharedSettings } from '@backroom/configuration'
import { serve } from '@backroom/http-server'
import { z } from 'zod'
import { createAuthServer } from './server.ts'

const main = async () => {
  const settings = readSettings({
    ...sharedSettings,
    PORT: Port.default(8100),
    INTERNAL_PORT: Port.default(8200),
    DATABASE_URL: z.url(),
    AUTH_KEYS_FILE: z.string(),
    SERVICE_KEYS_FILE: z.string(),
    RATE_LIMIT_FACTOR: z.coerce.number().positive().optional(),
  })
  const { app, internal } = await createAuthServer({
    publicUrl: settings.PUBLIC_URL,
    profile: settings.BACKROOM_PROFILE,
    databaseUrl: settings.DATABASE_URL,
    authKeysFile: settings.AUTH_KEYS_FILE,
    serviceKeysFile: settings.SERVICE_KEYS_FILE,
    logLevel: settings.LOG_LEVEL,
    ...(settings.RATE_LIMIT_FACTOR ? { limitFactor: settings.RATE_LIMIT_FACTOR } : {}),
  })
  await serve([
    { app: internal, host: settings.HOST, port: settings.INTERNAL_PORT },
    { app, host: settings.HOST, port: settings.PORT },
  ])
}

main().catch((error: Error) => {
  console.error(error instanceof ConfigurationError ? error.message : error)
  process.exit(1)
})
