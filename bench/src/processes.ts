import { type ChildProcess, spawn } from 'node:child_process'

/** A server process that the benchmark started. */
export interface ServerProcess {
  url: string
  pid: number
  stop(): void
}

const START_LIMIT_MS = 20_000

/**
 * Starts a TypeScript file as a process of its own and waits until its port answers.
 *
 * @throws with the process's own last words when it ends first
 */
export async function startProcess(
  file: string,
  port: number,
  environment: Record<string, string>,
): Promise<ServerProcess> {
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...environment, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lastWords = collect(child)
  const giveUpAt = Date.now() + START_LIMIT_MS
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > giveUpAt) throw new Error(`${file} did not start: ${lastWords()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { url, pid: child.pid ?? 0, stop: () => void child.kill('SIGKILL') }
}

function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => (text = (text + chunk).slice(-2_000)))
  return () => text
}

function answers(url: string): Promise<boolean> {
  return fetch(`${url}/ready`).then(
    ({ status }) => status !== 503,
    () => false,
  )
}
