import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Notice, readErrorText, readOutputLine } from './log-lines.ts'
import type { PlannedProcess } from './plan.ts'
import type { Running } from './supervise.ts'

export interface LaunchOptions {
  /** Told everything that the process writes. */
  onOutput(text: string): void
  onNotice(notice: Notice): void
}

const READY_LIMIT_MS = 120_000
const STOP_LIMIT_MS = 25_000
const POLL_MS = 40
const guard = new URL('end-with-parent.ts', import.meta.url).href

/**
 * Spawns one process of the fleet and waits until it is ready.
 *
 * @throws {Error} with the reason in one line when it ends before, or is not ready within two minutes
 */
export async function launch(planned: PlannedProcess, options: LaunchOptions, halt: AbortSignal): Promise<Running> {
  const child = spawn(process.execPath, ['--import', guard, planned.entry], {
    // A process group of its own: a Ctrl-C at the terminal reaches the supervisor alone, which stops all in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...inheritedEnvironment(), ...planned.environment },
  })
  const lastWords = record(child, options)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) =>
      resolve(signal ? `killed by ${signal}` : (lastWords() ?? `it ended with exit code ${code} and said nothing`)),
    )
  })
  const stop = async () => {
    child.kill('SIGTERM')
    const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
    await ended
    clearTimeout(overdue)
  }
  const failure = await Promise.race([untilReady(planned.port, halt), ended])
  if (failure !== undefined) {
    await stop()
    throw new Error(failure)
  }
  return { pid: child.pid ?? 0, ended, stop }
}

/** The owner's database is not for the services. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _, ISSUER_URL: __, ...rest } = process.env
  return rest
}

/** Passes all output on and reports what matters; answers what the process last complained about. */
function record(child: ChildProcess, { onOutput, onNotice }: LaunchOptions): () => string | undefined {
  let lastError: string | undefined
  let written = ''
  let rest = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    onOutput(chunk)
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const notice = readOutputLine(line)
      if (!notice) continue
      onNotice(notice)
      if (notice.severity === 'error') lastError = notice.text
    }
  })
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    onOutput(chunk)
    written = (written + chunk).slice(-10_000)
  })
  return () => readErrorText(written) ?? lastError
}

/** Resolves with undefined when ready, else with the reason. */
async function untilReady(port: number, halt: AbortSignal): Promise<string | undefined> {
  const deadline = Date.now() + READY_LIMIT_MS
  let answer = 'it does not answer'
  while (Date.now() < deadline) {
    if (halt.aborted) return 'stopped'
    const response = await fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(5_000) }).catch(
      () => undefined,
    )
    if (response?.ok) return undefined
    if (response) answer = `it says ${await response.text().catch(() => response.status)}`
    await sleep(POLL_MS)
  }
  return `not ready after ${READY_LIMIT_MS / 1_000} s: ${answer}`
}
