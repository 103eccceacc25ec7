import { parseArgs } from 'node:util'
import { type DomainName, domainNames } from '@backroom/access'

/** The protocol's two eras: `modern` is 2026-07-28, `legacy` everything from 2025. */
export type Era = 'modern' | 'legacy'

/** How the probe gets its token. */
export type SignIn =
  | { by: 'token'; token: string }
  /** The pages of auth are filled in by the probe; for demo accounts and CI. */
  | { by: 'password'; account: string; password: string }
  /** A person signs in with a browser. */
  | { by: 'browser' }

export interface Arguments {
  domain: DomainName
  /** Base of all published URLs, without trailing slash. */
  url: string
  eras: Era[]
  signIn: SignIn
  json: boolean
}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {}

export const usage = `Usage: npm run probe -- <domain> [options]

  <domain>            ${domainNames.join(', ')}
  --url URL           where the fleet is published        (default http://localhost:8000)
  --era ERA           modern, legacy or both              (default both)
  --account NAME      sign in as this account without a browser
  --password TEXT     its password                        (default: the demo password)
  --token TOKEN       use this access token instead of signing in
  --json              print one JSON document

Exit code: 0 all checks passed, 1 a check failed, 2 wrong usage, 3 sign-in failed, 4 not reachable`

const DEMO_PASSWORD = 'Demo123!'
const eras: Record<string, Era[]> = { modern: ['modern'], legacy: ['legacy'], both: ['modern', 'legacy'] }

/**
 * Reads the command line; undefined when help was asked for.
 *
 * @throws {UsageError}
 */
export function readArguments(args: string[]): Arguments | undefined {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  const [name, ...more] = positionals
  const domain = domainNames.find((known) => known === name)
  if (!domain || more.length > 0) throw new UsageError(`Name one domain: ${domainNames.join(', ')}.`)
  if (!URL.canParse(values.url)) throw new UsageError(`--url ${values.url} is not a URL.`)
  const chosen = eras[values.era]
  if (!chosen) throw new UsageError(`--era is modern, legacy or both, not ${values.era}.`)
  return { domain, url: values.url.replace(/\/+$/, ''), eras: chosen, signIn: signInOf(values), json: values.json }
}

function parse(args: string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        url: { ...text, default: 'http://localhost:8000' },
        era: { ...text, default: 'both' },
        account: text,
        password: text,
        token: text,
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function signInOf({ token, account, password }: { token?: string; account?: string; password?: string }): SignIn {
  if (token !== undefined && account !== undefined) throw new UsageError('Give --token or --account, not both.')
  if (token !== undefined) return { by: 'token', token }
  if (account !== undefined) return { by: 'password', account, password: password ?? DEMO_PASSWORD }
  if (password !== undefined) throw new UsageError('--password needs --account.')
  return { by: 'browser' }
}
