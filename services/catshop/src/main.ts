import { runService } from '@backroom/mcp-service'
import { startHousekeeping } from './housekeeping.ts'
import { seedDemo } from './seed/seed-demo.ts'
import { catshop } from './service.ts'

await runService(catshop, { seed: seedDemo, background: startHousekeeping })
