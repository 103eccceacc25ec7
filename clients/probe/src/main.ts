import { resourceUrl } from '@backroom/access'
import { type Arguments, readArguments, UsageError, usage } from './arguments.ts'
import { type Examination, examine } from './examine.ts'
import { reportForPeople } from './report.ts'
import { signIn } from './sign-in.ts'
import { isSignInFailure } from './sign-in-failed.ts'

const exitCodes = { passed: 0, failed: 1, usage: 2, signIn: 3, unreachable: 4 } as const
type Outcome = keyof typeof exitCodes

process.exitCode = exitCodes[await run()]

async function run(): Promise<Outcome> {
  try {
    const args = readArguments(process.argv.slice(2))
    if (args) return await probe(args)
    console.log(usage)
    return 'passed'
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`${error.message}\n\n${usage}`)
    return 'usage'
  }
}

async function probe({ domain, url, eras, signIn: how, json }: Arguments): Promise<Outcome> {
  const server = new URL(resourceUrl(url, domain))
  const stop = (outcome: Outcome, message: string): Outcome => {
    if (json) console.log(JSON.stringify({ server, outcome, message }))
    else console.error(message)
    return outcome
  }
  const problem = await whyUnreachable(server)
  if (problem) return stop('unreachable', problem)

  const examinations: Examination[] = []
  try {
    const credentials = await signIn(server, how, (line) => console.error(line))
    for (const era of eras) examinations.push(await examine(server, domain, era, credentials))
  } catch (error) {
    if (!isSignInFailure(error)) return stop('failed', (error as Error).message)
    return stop('signIn', how.by === 'token' ? `${server} refused the token. It may have expired.` : error.message)
  }
  const outcome = examinations.every(({ checks }) => checks.every(({ ok }) => ok)) ? 'passed' : 'failed'
  console.log(
    json ? JSON.stringify({ server, outcome, eras: examinations }, null, 2) : reportForPeople(server, examinations),
  )
  return outcome
}

/** Without a token a server answers 401; anything that keeps it from doing so is named here. */
async function whyUnreachable(server: URL): Promise<string | undefined> {
  const answer = await fetch(server, { method: 'POST', signal: AbortSignal.timeout(10_000) }).catch(() => undefined)
  if (!answer)
    return `${server.origin} does not answer. Start the fleet with npm start, or give its address with --url.`
  if (answer.status === 404) return `${server} does not exist: this domain is not deployed there.`
  if (answer.status >= 500) return `${server} is down (HTTP ${answer.status}).`
  return undefined
}
