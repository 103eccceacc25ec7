import { ConfigurationError } from '@backroom/configuration'
import { serve } from '@backroom/http-server'
import { readSimulatorSettings } from './settings.ts'
import { createSimulator } from './simulator.ts'

try {
  const settings = readSimulatorSettings()
  const app = createSimulator(settings)
  await serve([{ app, host: settings.HOST, port: settings.PORT }])
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error
  process.stderr.write(`psp: ${error.message}\n`)
  process.exit(1)
}
