import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { freePort } from '@backroom/fleet-testing'
import { type Connect, resourceText, toolResult } from '../mcp-session.ts'
import { emptyHome, fileOf, messagesOf } from './program.ts'

export type Era = 'legacy' | 'auto' | 'modern'

/** Exit codes of the Inspector. */
export const NOT_SIGNED_IN = 3
export const REFUSED_BY_TOOL = 5

/** What one run of the Inspector's command line came to. */
export interface InspectorRun {
  /** 0 when the request succeeded. */
  exitCode: number | null
  /** The result of the request; undefined when there was none. */
  answer: unknown
  /** Everything it wrote for people. */
  messages: string
}

/** The Inspector's command line: it signs in once, then every request is a run that finds the tokens in its store. */
export function inspector(era: Era): Connect {
  return async (url, visit) => {
    const home = await emptyHome()
    const callback = ['--callback-url', `http://127.0.0.1:${await freePort()}/oauth/callback`]
    const run = (args: string[]) => runInspector(url, era, [...args, ...callback], home.environment)
    const signIn = run(['--method', 'tools/list'])
    const [listed] = await Promise.all([signIn.finished.then(answerOf), signIn.authorizationUrl.then(visit)]).finally(
      signIn.stop,
    )
    const ask = async (args: string[]) => answerOf(await run([...args, '--stored-auth-only']).finished)
    return {
      toolNames: async () => (listed as { tools: { name: string }[] }).tools.map(({ name }) => name),
      call: async (name, args) =>
        toolResult(
          await ask(['--method', 'tools/call', '--tool-name', name, '--tool-args-json', JSON.stringify(args ?? {})]),
        ),
      read: async (uri) => resourceText(await ask(['--method', 'resources/read', '--uri', uri])),
      close: home.remove,
    }
  }
}

/** Without a terminal it signs in only when told so, and without a keychain it forgets unless told where to keep. */
const unattended = { MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'file' }

/** Starts one run; `authorizationUrl` never settles when it needs no sign-in. */
export function runInspector(
  url: string,
  era: Era,
  args: string[],
  environment: Record<string, string>,
): { finished: Promise<InspectorRun>; authorizationUrl: Promise<URL>; stop(): void } {
  const program = fileOf('@modelcontextprotocol/inspector', 'clients/launcher/build/index.js')
  const child = spawn(
    process.execPath,
    [program, '--cli', url, '--transport', 'http', '--protocol-era', era, '--format', 'json', ...args],
    { env: { ...environment, ...unattended }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const messages = messagesOf(child.stderr)
  const finish = async () => {
    const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')])
    const answer = output.trim() ? JSON.parse(output).result : undefined
    return { exitCode, answer, messages: messages.text() }
  }
  return { finished: finish(), authorizationUrl: messages.authorizationUrl, stop: () => void child.kill() }
}

function answerOf({ exitCode, answer, messages }: InspectorRun): unknown {
  if (exitCode === 0 || exitCode === REFUSED_BY_TOOL) return answer
  throw new Error(`the Inspector ended with ${exitCode}: ${messages}`)
}
