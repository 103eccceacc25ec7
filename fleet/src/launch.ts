import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { followLog } from './follow-log.ts'
import { type Notice, readLogLine, readPlainText } from './log-lines.ts'
import type { PlannedProcess } from './plan.ts'
import type { Running } from './supervise.ts'

export interface LaunchOptions {
  /** Takes everything that the process writes. */
  logFile: string
  onNotice(notice: Notice): void
}

const READY_LIMIT_MS = 120_000
const STOP_LIMIT_MS = 25_000
const POLL_MS = 40
const KEPT_LINES = 100
const guard = new URL('end-with-parent.ts', import.meta.url).href

/**
 * Spawns one process of the fleet and waits until it is ready.
 *
 * @throws {Error} with the reason in one line when it ends before, or is not ready within two minutes
 */
export async function launch(planned: PlannedProcess, options: LaunchOptions, halt: AbortSignal): Promise<Running> {
  const log = openSync(options.logFile, 'a', 0o600)
  const child = spawn(process.execPath, ['--import', guard, planned.entry], {
    // A process group of its own: a Ctrl-C at the terminal reaches the supervisor alone, which stops all in order.
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: { ...inheritedEnvironment(), ...planned.environment },
  })
  closeSync(log)
  const lastWords = listen(child, options)
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
  const failure = await Promise.race([untilReady(planned.readyUrl, halt), ended])
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

/** Reports what matters in the log of a process; answers what it last complained about. */
function listen(child: ChildProcess, { logFile, onNotice }: LaunchOptions): () => string | undefined {
  const plainLines: string[] = []
  let lastError: string | undefined
  const log = followLog(logFile, (line) => {
    if (!line.startsWith('{')) {
      plainLines.push(line)
      if (plainLines.length > KEPT_LINES) plainLines.shift()
      return
    }
    const notice = readLogLine(line)
    if (!notice) return
    onNotice(notice)
    if (notice.severity === 'error') lastError = notice.text
  })
  child.once('close', () => log.close())
  return () => readPlainText(plainLines) ?? lastError
}

/** Resolves with undefined when ready, else with the reason. */
async function untilReady(url: string, halt: AbortSignal): Promise<string | undefined> {
  const deadline = Date.now() + READY_LIMIT_MS
  let answer = 'it does not answer'
  while (Date.now() < deadline) {
    if (halt.aborted) return 'stopped'
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
    if (response?.ok) return undefined
    if (response) answer = `it says ${await response.text().catch(() => response.status)}`
    await sleep(POLL_MS)
  }
  return `not ready after ${READY_LIMIT_MS / 1_000} s: ${answer}`
}
