import { ConfigurationError } from '@backroom/configuration'
import { createHttpServer, type Listener, serve } from '@backroom/http-server'
import { startTracing } from '@backroom/telemetry'
import { mountMetrics } from '@backroom/telemetry/metrics'
import { createGateway } from './gateway.ts'
import { type GatewaySettings, readGatewaySettings } from './settings.ts'

try {
  const settings = readGatewaySettings()
  await startTracing('gateway')
  const door = { app: await createGateway(settings), host: settings.host, port: settings.port }
  await serve([...internalListener(settings), door])
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error
  console.error(error.message)
  process.exit(1)
}

function internalListener({ internalPort, host, logLevel }: GatewaySettings): Listener[] {
  if (internalPort === undefined) return []
  const app = createHttpServer({ name: 'gateway', logLevel })
  mountMetrics(app, 'gateway')
  return [{ app, host, port: internalPort }]
}
