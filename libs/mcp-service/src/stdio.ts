import { roleNames, scopesOfRole } from '@backroom/access'
import { ConfigurationError } from '@backroom/configuration'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { destination, pino } from 'pino'
import { z } from 'zod'
import { serviceIdentity } from './access/service-identity.ts'
import { backgroundContext } from './background.ts'
import type { Caller } from './caller.ts'
import { createRuntime } from './create-runtime.ts'
import { sdkServerFactory } from './mcp/sdk-server.ts'
import { fullView } from './mcp/view.ts'
import type { RunOptions } from './run-service.ts'
import type { Service } from './service.ts'
import type { ServiceSettings } from './settings.ts'

const STANDARD_ERROR = 2

const Account = z.object({
  sub: z.string(),
  username: z.string(),
  role: z.enum(roleNames),
  customer_id: z.string().nullish(),
})

/**
 * Serves one client on standard input and output, over the running fleet's database. Standard output carries the
 * protocol alone; logs go to standard error. The caller is the account that `BACKROOM_STDIO_ACCOUNT` names.
 *
 * @throws {ConfigurationError} when the account is not named or not known
 */
export async function runStdio<Schema>(
  service: Service,
  settings: ServiceSettings,
  { background }: Pick<RunOptions<Schema>, 'background'>,
): Promise<void> {
  const caller = await callerOf(service, settings)
  const log = pino({ level: settings.LOG_LEVEL, base: { service: service.domain } }, destination(STANDARD_ERROR))
  const { runtime, connection } = createRuntime(service, settings, { log })
  const stop = await background?.(backgroundContext({ runtime, connection }, settings, 'stdio'))
  const build = sdkServerFactory(fullView(runtime))
  const handle = serveStdio(({ era }) =>
    build(era, ({ mcpReq }) => ({
      caller,
      requestId: `stdio-${process.pid}-${mcpReq.id}`,
      traceId: undefined,
      signal: () => mcpReq.signal,
      progress: () => undefined,
      proof: () => ({ account: caller.username ?? caller.subject }),
    })),
  )
  const close = async () => {
    await handle.close()
    await stop?.()
    await runtime.refusals.settle()
    await runtime.changes.close()
    await connection.close()
  }
  process.stdin.once('end', close)
  process.once('SIGTERM', close)
  process.once('SIGINT', close)
}

async function callerOf({ domain }: Service, settings: ServiceSettings): Promise<Caller> {
  const name = process.env.BACKROOM_STDIO_ACCOUNT
  if (!name)
    throw new ConfigurationError('Set BACKROOM_STDIO_ACCOUNT to the account to act as, for example ops@example.com.')
  const identity = serviceIdentity({
    clientId: domain,
    key: settings.SERVICE_KEY,
    publicUrl: settings.PUBLIC_URL,
    authInternalUrl: settings.AUTH_INTERNAL_URL,
  })
  const answer = await fetch(`${settings.AUTH_INTERNAL_URL}/internal/accounts/${encodeURIComponent(name)}`, {
    headers: { authorization: `Bearer ${await identity.internalAssertion()}` },
  }).catch(() => undefined)
  if (answer?.status === 404)
    throw new ConfigurationError(`There is no account ${name}. Set BACKROOM_STDIO_ACCOUNT to one that exists.`)
  if (!answer?.ok)
    throw new ConfigurationError('The auth service does not answer. Start the fleet with npm start and try again.')
  const { sub, username, role, customer_id: customerId } = Account.parse(await answer.json())
  return {
    kind: role === 'customer' ? 'customer' : 'staff',
    subject: sub,
    clientId: 'stdio',
    scopes: new Set(scopesOfRole(role, domain)),
    username,
    role,
    may: [],
    ...(customerId ? { customerId } : {}),
  }
}
