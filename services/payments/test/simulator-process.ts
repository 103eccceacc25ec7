import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@backroom/fleet-testing'
import type { Provider } from '../src/provider/provider.ts'
import { simulatorProvider } from '../src/provider/simulator.ts'

/** How the next operations of the simulated provider go wrong; see its `POST /control`. */
export interface Control {
  operation?: 'authorize' | 'capture' | 'void' | 'refund' | 'lookup' | 'dispute' | 'any'
  behaviour: 'lose_response' | 'delay' | 'decline' | 'unavailable' | 'duplicate_webhook' | 'reorder_webhooks'
  times?: number
  delay_ms?: number
}

/** The simulated provider as a process of its own, with books of its own. */
export interface SimulatorProcess {
  url: string
  secret: string
  /** A client of it. */
  provider(options?: { answerLimitMs?: number }): Provider
  control(order: Control): Promise<void>
  /** SIGKILL, as a crash. */
  kill(): Promise<void>
  /** Starts it again on the same books, at the same address. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface SimulatorProcessOptions {
  /** Default: nobody listens there. */
  webhookUrl?: string
  publicUrl?: string
  profile?: 'demo' | 'production'
  /** Default: a free one. */
  port?: number
}

const entry = fileURLToPath(new URL('../simulator/src/main.ts', import.meta.url))
/** What payments and the provider share in tests. */
export const secret = 'a secret that only a test knows'

export async function startSimulator(options: SimulatorProcessOptions = {}): Promise<SimulatorProcess> {
  const { publicUrl = 'http://localhost:8000', webhookUrl = 'http://127.0.0.1:9/', profile = 'production' } = options
  const folder = await mkdtemp(join(tmpdir(), 'backroom-psp-'))
  const port = options.port ?? (await freePort())
  const url = `http://127.0.0.1:${port}`
  const environment = {
    ...{ BACKROOM_PROFILE: profile, PUBLIC_URL: publicUrl, WEBHOOK_URL: webhookUrl },
    ...{ PORT: String(port), BACKROOM_DATA: folder, PSP_SECRET: secret, LOG_LEVEL: 'fatal' },
  }
  let child = await launch(environment, url)
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
  return {
    url,
    secret,
    provider: ({ answerLimitMs } = {}) =>
      simulatorProvider({ url, secret, publicUrl, ...(answerLimitMs ? { answerLimitMs } : {}) }),
    async control(order) {
      const response = await fetch(`${url}/control`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
        body: JSON.stringify(order),
      })
      if (!response.ok) throw new Error(`control answered ${response.status}: ${await response.text()}`)
    },
    kill: () => end('SIGKILL'),
    async restart() {
      child = await launch(environment, url)
    },
    async stop() {
      await end('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function launch(environment: Record<string, string>, url: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [entry], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  })
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`the simulator ended with exit code ${child.exitCode}`)
    return (await fetch(`${url}/ready`).catch(() => undefined))?.ok
  })
  return child
}

const LIMIT_MS = 60_000
const PAUSE_MS = 20

/** Asks again and again until the answer is not falsy. @throws {Error} when it takes too long */
export async function until<Answer>(ask: () => Promise<Answer> | Answer): Promise<NonNullable<Answer>> {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; ) {
    const answer = await ask()
    if (answer) return answer
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  throw new Error(`nothing came of it within ${LIMIT_MS} ms`)
}
