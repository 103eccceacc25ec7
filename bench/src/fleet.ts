import { fileURLToPath } from 'node:url'
import { AUDIENCE, domainDatabase, freePort, ISSUER, PUBLIC_URL, signingAuthority } from '@backroom/fleet-testing'
import { type ServerProcess, startProcess } from './processes.ts'

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url))

/** The servers of the comparison, and a token that all of them take. */
export type Servers = Awaited<ReturnType<typeof startServers>>

/** Every server that is compared, over one database with the demo data of `wms`. */
export async function startServers(toolNames: string[]) {
  const authority = await signingAuthority()
  const database = await domainDatabase('wms')
  const running: ServerProcess[] = []
  const start = async (file: string, environment: Record<string, string>) => {
    const server = await startProcess(path(file), await freePort(), { PUBLIC_URL, LOG_LEVEL: 'warn', ...environment })
    running.push(server)
    return server
  }
  const check = { DATABASE_URL: database.url, JWKS_URL: `${authority.url}/auth/jwks`, ISSUER, AUDIENCE }
  const unlimited = '1000000000'
  const wms = await start('services/wms/src/main.ts', {
    BACKROOM_PROFILE: 'demo',
    INTERNAL_PORT: '0',
    DATABASE_URL: database.url,
    AUTH_URL: authority.url,
    AUTH_INTERNAL_URL: authority.url,
    SERVICE_KEY: authority.serviceKey,
    CALLS_PER_MINUTE: unlimited,
  })
  const bare = await start('bench/src/servers/bare-fastify.ts', check)
  const TOOL_NAMES = toolNames.join(',')
  const sdk = await start('bench/src/servers/sdk.ts', { ...check, TOOL_NAMES })
  const sdkSchemasOnce = await start('bench/src/servers/sdk.ts', { ...check, TOOL_NAMES, SCHEMAS: 'once' })
  const gateway = await start('gateway/src/main.ts', {
    BACKROOM_PROFILE: 'demo',
    AUTH_URL: authority.url,
    WMS_URL: wms.url,
    RATE_LIMIT_PER_MINUTE: '0',
  })
  return {
    wms,
    bare,
    sdk,
    sdkSchemasOnce,
    gateway,
    token: await authority.sign({ exp: Math.floor(Date.now() / 1_000) + 3_600 }),
    async stop() {
      for (const server of running) server.stop()
      await authority.close()
      await database.drop()
    },
  }
}
