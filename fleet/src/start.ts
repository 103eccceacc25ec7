import { ConfigurationError } from '@backroom/configuration'
import { announcement, publicUrlProblem } from './announce.ts'
import { startFleet } from './fleet.ts'
import { gatewayOrigin } from './plan.ts'
import { terminalReport } from './report.ts'
import { readFleetSettings } from './settings.ts'

const halt = new AbortController()
const halted = new Promise<void>((resolve) => halt.signal.addEventListener('abort', () => resolve(), { once: true }))
// A Ctrl-C arrives twice under npm, from the terminal and from npm itself: the second one says nothing new.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => halt.abort())

const report = terminalReport()
try {
  const settings = readFleetSettings(process.argv.slice(2))
  const fleet = await startFleet(settings, report, halt.signal)
  const seconds = (performance.now() / 1_000).toFixed(1)
  report.plain(`\n${announcement(settings, fleet.names)}\n\nReady in ${seconds} s. Stop with Ctrl-C.`)
  const problem = await publicUrlProblem(gatewayOrigin(settings))
  if (problem) report.notice('PUBLIC_URL', { severity: 'warning', text: problem })
  await halted
  report.plain('Stopping …')
  await fleet.stop()
  report.plain('Stopped.')
  process.exit(0)
} catch (error) {
  if (halt.signal.aborted) process.exit(0)
  const known = error instanceof ConfigurationError
  console.error(`Backroom did not start. ${known ? error.message : (error as Error).stack}`)
  process.exit(1)
}
