import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Revisions for which the suite keeps a frozen list of required scenarios. */
export type Revision = '2026-07-28' | '2025-11-25'

/** What the conformance suite found. */
export interface Verdict {
  /** Not 0 when a scored check failed, or an expected failure did not. */
  exitCode: number
  /** How many checks succeeded. */
  successes: number
  /** Scenarios with a check that succeeded and none that failed or warned. */
  passed: string[]
  /** `scenario: check: why`, for every check that failed or warned, expected or not. */
  faults: string[]
  /** What the suite says at its end about expected failures. */
  conclusion: string
}

/**
 * Runs everything that a revision requires of a server.
 *
 * @param expectedFailures name of a list; with one, a warning counts as a failure
 */
export function testServer(url: string, revision: Revision, expectedFailures?: string): Promise<Verdict> {
  const list = expectedFailures && fileURLToPath(new URL(`expected-failures/${expectedFailures}.yml`, import.meta.url))
  return runSuite([
    ...['server', '--url', url, '--requirements', revision],
    ...(list ? ['--expected-failures', list] : []),
  ])
}

/** Fails with the checks that failed unless the suite is satisfied. */
export function assertSatisfied({ exitCode, conclusion, faults }: Verdict): void {
  assert.equal(exitCode, 0, `${conclusion}\n${faults.join('\n')}`)
}

interface RunOptions {
  /** Hears what the suite has printed so far. */
  onOutput?(printed: string): void
  /** Ends the run early. */
  signal?: AbortSignal
}

const program = fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'))

/** Runs one command of the suite. */
export async function runSuite(args: string[], { onOutput, signal }: RunOptions = {}): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  try {
    const child = spawn(process.execPath, [program, ...args, '-o', folder], { stdio: ['ignore', 'pipe', 'ignore'] })
    signal?.addEventListener('abort', () => child.kill())
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      onOutput?.(printed)
    })
    const exitCode = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)))
    const [, conclusion = ''] = printed.split(/^Total: .*$/m)
    return { exitCode, conclusion: conclusion.trim(), ...(await readResults(folder)) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

interface Check {
  id: string
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  errorMessage?: string
}

async function readResults(folder: string): Promise<Pick<Verdict, 'successes' | 'passed' | 'faults'>> {
  let successes = 0
  const passed: string[] = []
  const faults: string[] = []
  for await (const file of glob(join(folder, '**/checks.json'))) {
    const scenario = scenarioOf(file)
    const checks = JSON.parse(await readFile(file, 'utf8')) as Check[]
    const wrong = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
    for (const { id, errorMessage } of wrong) faults.push(`${scenario}: ${id}: ${errorMessage ?? 'no reason given'}`)
    const right = checks.filter(({ status }) => status === 'SUCCESS')
    successes += right.length
    if (wrong.length === 0 && right.length > 0) passed.push(scenario)
  }
  return { successes, passed: passed.sort(), faults: faults.sort() }
}

/** Folders are named `server-<scenario>-<time>` or `authorization-server-<scenario>-<time>`. */
function scenarioOf(file: string): string {
  const folder = basename(dirname(file))
  return folder.replace(/^(?:authorization-)?server-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '')
}
