import { ConfigurationError } from '@backroom/configuration'
import { serve } from '@backroom/http-server'
import { createGateway } from './gateway.ts'
import { readGatewaySettings } from './settings.ts'

try {
  const settings = readGatewaySettings()
  await serve([{ app: await createGateway(settings), host: settings.host, port: settings.port }])
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error
  console.error(error.message)
  process.exit(1)
}
