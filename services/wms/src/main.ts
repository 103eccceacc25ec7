import { runService } from '@backroom/mcp-service'
import { startHousekeeping } from './housekeeping.ts'
import { seedDemo } from './seed/demo.ts'
import { service } from './service.ts'

await runService(service, { seed: seedDemo, background: startHousekeeping })
