import { runService } from '@backroom/mcp-service'
import { startBackground } from './background.ts'
import { seedDemo } from './seed/demo.ts'
import { service } from './service.ts'

await runService(service, { seed: seedDemo, background: startBackground })
