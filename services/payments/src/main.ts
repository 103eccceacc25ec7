import { ConfigurationError } from '@backroom/configuration'
import { runService } from '@backroom/mcp-service'
import { besideTools } from './background.ts'
import { chooseProvider } from './provider/choose-provider.ts'
import { seedDemo } from './seed/demo.ts'
import { service } from './service.ts'

try {
  await runService(service, { seed: seedDemo, ...besideTools(chooseProvider()) })
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error
  process.stderr.write(`payments: ${error.message}\n`)
  process.exit(1)
}
