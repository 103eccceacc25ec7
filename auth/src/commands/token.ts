import { parseArgs } from 'node:util'
import { domainNames, resourceUrl } from '@backroom/access'
import { ConfigurationError, readSettings, sharedSettings } from '@backroom/configuration'
import { DEMO_PASSWORD } from '../accounts/demo-accounts.ts'
import { signInForToken } from './code-flow.ts'
import { environmentOfFleet } from './running-fleet.ts'

const usage =
  'Usage: npm run -s token -- --account demo1@example.com --resource catshop --scope "catshop:read catshop:write"'

/** Prints an access token of a demo account, and nothing else, on stdout. */
async function main(): Promise<void> {
  const { BACKROOM_PROFILE, PUBLIC_URL } = readSettings(
    { ...sharedSettings, BACKROOM_PROFILE: sharedSettings.BACKROOM_PROFILE.unwrap().default('demo') },
    environmentOfFleet(),
  )
  if (BACKROOM_PROFILE !== 'demo')
    throw new ConfigurationError('Tokens are printed in the demo profile only. Sign in with an OAuth client instead.')
  const { account, resource, scope } = readArguments()
  const domain = domainNames.find((name) => name === resource || resource === resourceUrl(PUBLIC_URL, name))
  if (!domain) throw new ConfigurationError(`There is no server ${resource}. Servers: ${domainNames.join(', ')}.`)
  await requireFleet(PUBLIC_URL)
  const answer = await signInForToken({
    publicUrl: PUBLIC_URL,
    account,
    password: DEMO_PASSWORD,
    resource: resourceUrl(PUBLIC_URL, domain),
    ...(scope ? { scope } : {}),
  })
  console.log(answer.access_token)
}

function readArguments(): { account: string; resource: string; scope?: string | undefined } {
  const text = { type: 'string' } as const
  try {
    const { values } = parseArgs({ options: { account: text, resource: text, scope: text } })
    if (values.account && values.resource) return { ...values, account: values.account, resource: values.resource }
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message} ${usage}`)
  }
  throw new ConfigurationError(usage)
}

async function requireFleet(publicUrl: string): Promise<void> {
  const answer = await fetch(`${publicUrl}/auth/jwks`).catch(() => undefined)
  if (answer?.ok) return
  throw new ConfigurationError(`The fleet does not answer at ${publicUrl}. Start it: npm start`)
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})
