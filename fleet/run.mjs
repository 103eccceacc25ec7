// Runs one TypeScript file of the project with the project's own Node, after installing what is missing.
// Needs Node 20 or later and npm; writes nothing of its own to stdout.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const stampFile = join(root, 'node_modules', '.backroom-installed')
const runtime = join(root, 'node_modules', 'node', 'bin', 'node')

const wanted = fingerprint()
if (!isInstalled()) install()
run(process.argv[2], process.argv.slice(3))

function fingerprint() {
  const hash = createHash('sha256')
  for (const file of ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml']) hash.update(read(file))
  return hash.digest('hex')
}

function isInstalled() {
  return existsSync(runtime) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted
}

function install() {
  const { packageManager } = JSON.parse(read('package.json'))
  process.stderr.write('Installing the packages of the project …\n')
  const pnpm = ['exec', '--yes', `--package=${packageManager}`, '--', 'pnpm']
  const { error, status } = npm([...pnpm, 'install', '--frozen-lockfile', '--reporter=append-only'])
  if (error) fail(`npm cannot be run (${error.message}). Install npm, which comes with Node, and try again.`)
  if (status !== 0) fail('The packages could not be installed: see above. Is the network reachable?')
  writeFileSync(stampFile, wanted)
}

/** The npm that called us, else the one on the path. Its output goes to stderr: stdout belongs to the program. */
function npm(args) {
  const options = { cwd: root, stdio: ['ignore', 2, 2] }
  const { npm_execpath: caller } = process.env
  return caller?.endsWith('.js')
    ? spawnSync(process.execPath, [caller, ...args], options)
    : spawnSync('npm', args, options)
}

function run(file, args) {
  const env = { NODE_COMPILE_CACHE: join(root, '.data', 'compile-cache'), ...process.env }
  const child = spawn(runtime, [join(root, file), ...args], { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) =>
    fail(`The project's Node cannot be run (${error.message}). Delete node_modules and try again.`),
  )
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function read(file) {
  return readFileSync(join(root, file), 'utf8')
}

function fail(line) {
  process.stderr.write(`${line}\n`)
  process.exit(1)
}
