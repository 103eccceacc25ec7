import { execFile } from 'node:child_process'
import { join } from 'node:path'
import colors from 'picocolors'
import { inexactVersions } from './checks/exact-versions.ts'
import { forbiddenTraces } from './checks/forbidden-traces.ts'
import { versionsInUse } from './checks/versions-in-use.ts'
import { root } from './settings.ts'

/** `npm run check`: every rule that a machine can judge. Prints what failed; the exit code says the result. */
interface Check {
  name: string
  /** What is wrong; empty when nothing is. */
  run(): Promise<string>
}

const checks: Check[] = [
  { name: 'types', run: () => tool('tsc', ['--noEmit', '-p', '.']) },
  { name: 'lint and format', run: () => tool('biome', ['check', '--error-on-warnings', '.']) },
  { name: 'unused files, exports and dependencies', run: () => tool('knip', ['--no-config-hints']) },
  { name: 'exact versions', run: async () => (await inexactVersions()).join('\n') },
  { name: 'one zod', run: oneZod },
  { name: 'nothing of any one machine', run: async () => (await forbiddenTraces()).join('\n') },
]

let failed = 0
for (const { name, run } of checks) {
  const problem = await run()
  if (problem) failed += 1
  console.log(`${problem ? colors.red('✗') : colors.green('✓')} ${name}`)
  if (problem) console.log(`${problem}\n`)
}
console.log(failed === 0 ? 'All clean.' : `${failed} of ${checks.length} checks failed.`)
process.exitCode = failed === 0 ? 0 : 1

/** Runs a tool of the workspace; its output matters only when it fails. */
function tool(name: string, args: string[]): Promise<string> {
  const bin = join(root, 'node_modules', '.bin')
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` }
  return new Promise((resolve) => {
    execFile(join(bin, name), args, { cwd: root, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve(
        error
          ? [stdout, stderr]
              .map((text) => text.trim())
              .join('\n')
              .trim() || error.message
          : '',
      ),
    )
  })
}

/** Schemas of two zods do not recognise each other; the SDK needs 4.2 or later. */
async function oneZod(): Promise<string> {
  const versions = versionsInUse('zod')
  const [only = '', ...others] = versions
  const [major = 0, minor = 0] = only.split('.').map(Number)
  if (others.length === 0 && major === 4 && minor >= 2) return ''
  return `What we ship must use one zod, 4.2 or later; it uses ${versions.join(', ') || 'none'}.`
}
