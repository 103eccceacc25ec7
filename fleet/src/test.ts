import { type ChildProcess, spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort } from './ports.ts'
import { clusterUrl, startCluster } from './postgres/cluster.ts'
import { root } from './settings.ts'

/**
 * `npm test [-- part of a path …]`: every test file, or those whose path holds one of the given parts.
 * `npm run test:release`: the long ones instead, which a release must pass as well.
 */
const { values, positionals: parts } = parseArgs({ allowPositionals: true, options: { release: { type: 'boolean' } } })
const places = values.release
  ? ['{e2e,fleet}/release/*.test.ts', '{libs,services}/*/release/*.test.ts']
  : ['{auth,bench,e2e,fleet,gateway}/test/**/*.test.ts', '{clients,libs,services}/*/test/**/*.test.ts']
const files = globSync(places, { cwd: root })
  .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
  .sort()
if (files.length === 0) {
  console.error(`No test file has ${parts.join(' or ')} in its path.`)
  process.exit(1)
}

let runner: ChildProcess | undefined
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupted = true
    runner?.kill(signal)
  })
}
const folder = await mkdtemp(join(tmpdir(), 'backroom-tests-'))
await chmod(folder, 0o755)
try {
  const login = { port: await freePort(), password: 'test' }
  const cluster = await startCluster({ ...login, folder: join(folder, 'postgres'), durable: false })
  process.exitCode = interrupted ? 1 : await runTests(clusterUrl(login))
  await cluster.stop()
} finally {
  await rm(folder, { recursive: true, force: true })
}

function runTests(databaseUrl: string): Promise<number> {
  // Two whole fleets at once are enough for two processors; the other tests wait for their database more than they compute.
  const atOnce = values.release ? 2 : 3
  const options = ['--test-reporter=spec', `--test-concurrency=${atOnce}`, '--test-timeout=240000']
  const child = spawn(process.execPath, ['--test', ...options, ...files], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TEST_DATABASE_URL: databaseUrl },
  })
  runner = child
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
  })
}
