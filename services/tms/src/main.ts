import { ConfigurationError } from '@backroom/configuration'
import { runService } from '@backroom/mcp-service'
import { besideTools } from './background.ts'
import { chooseCarriers } from './carrier/choose-carriers.ts'
import { seedDemo } from './seed/demo.ts'
import { service } from './service.ts'

try {
  await runService(service, { seed: seedDemo, ...besideTools(chooseCarriers()) })
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error
  process.stderr.write(`tms: ${error.message}\n`)
  process.exit(1)
}
