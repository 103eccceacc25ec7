import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { domainNames } from '@backroom/access'
import { entryOf } from './plan.ts'
import { dataFolder } from './settings.ts'
import { readState } from './state.ts'

/** `npm run -s stdio -- wms`: one domain server over stdio, on the database of the running fleet. */
const [name = ''] = process.argv.slice(2)
const domain = domainNames.find((known) => known === name)
if (!domain) fail(`Say which server: npm run -s stdio -- <${domainNames.join('|')}>`)

const fleet = readState(dataFolder())
if (!fleet?.running) fail('The fleet is not running here: run npm start first.')

const server = fleet.state.processes[domain]
if (!server) fail(`${domain} is not part of the running fleet. Start it: npm start -- --only auth,gateway,${domain}`)

const child = spawn(process.execPath, [entryOf(domain), '--stdio'], {
  stdio: 'inherit',
  env: { ...process.env, ...server.environment },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))

function fail(line: string): never {
  process.stderr.write(`${line}\n`)
  process.exit(1)
}
