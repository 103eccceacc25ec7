import { once } from 'node:events'
import { startEngine } from './start-engine.ts'

/** A process of its own that runs workflows from when it is told to until it is killed. */
process.once('disconnect', () => process.exit())
await once(process, 'message')
const engine = await startEngine(process.argv[2] ?? '')
process.once('SIGTERM', () => engine.stop().then(() => process.exit()))
process.send?.('running')
