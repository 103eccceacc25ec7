import { clientProfiles, isProfileName, profileNames } from '@backroom/access'
import {
  createClient,
  freezeClient,
  listClients,
  readServiceKeys,
  revokeClient,
  staticClients,
  thawClient,
} from '@backroom/auth/administration'
import { operator } from '@backroom/auth/operator'
import type { AuthTables } from '@backroom/auth/tables'
import type { Kysely } from 'kysely'
import type { Installation } from '../databases-here.ts'
import { type Commands, inAuth, minuteOf, printTable, readArguments, theOne, UsageError } from './command.ts'

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

/** Clients: which there are, what they may do, and an end to it. */
export const clientCommands: Commands = {
  list: {
    does: 'Every client with its profile, its grants, and whether it is frozen.',
    run: (installation) => inAuth(installation, async (db) => print(await listClients(db, builtInOf(installation)))),
  },
  profiles: {
    does: 'What clients can be set up for.',
    async run() {
      const rows = profileNames.map((name) => {
        const { purpose, highestTier, scopes } = clientProfiles[name]
        return [name, purpose, highestTier, scopes.join(' ')]
      })
      printTable(['profile', 'for', 'up to', 'scopes'], rows)
      return true
    },
  },
  create: {
    takes: '--profile buyer --name "Buying agent" --redirect https://agent.example/callback [--confidential]',
    does: 'Sets up a client that can do no more than its profile; --redirect may be repeated. A secret is shown once.',
    run: (installation, args) => inAuth(installation, (db) => create(db, args)),
  },
  freeze: {
    takes: '<client id> --reason "Seen where it should not be"',
    does: 'Stops a client within seconds, its payments at once. What people granted it stays for the day it is thawed.',
    run: (installation, args) =>
      inAuth(installation, async (db) => {
        const { positionals, values } = readArguments(args, { reason: text })
        const clientId = theOne(positionals, 'client')
        if (!values.reason) throw new UsageError('Say why: --reason')
        await freezeClient(db, builtInOf(installation), { clientId, reason: values.reason }, operator())
        console.log(`Frozen: ${clientId}.`)
      }),
  },
  thaw: {
    takes: '<client id>',
    does: 'Lets a frozen client go on.',
    run: (installation, args) =>
      inAuth(installation, async (db) => {
        const clientId = theOne(args, 'client')
        await thawClient(db, clientId, operator())
        console.log(`Thawed: ${clientId}.`)
      }),
  },
  revoke: {
    takes: '<client id> [--remove]',
    does: 'Ends everything that people granted to a client; with --remove its registration as well.',
    run: (installation, args) =>
      inAuth(installation, async (db) => {
        const { positionals, values } = readArguments(args, { remove: flag })
        const clientId = theOne(positionals, 'client')
        const remove = values.remove === true
        const count = await revokeClient(db, builtInOf(installation), { clientId, remove }, operator())
        console.log(
          `Ended ${count} ${count === 1 ? 'grant' : 'grants'} of ${clientId}${remove ? ', and removed it' : ''}.`,
        )
      }),
  },
}

function builtInOf({ keys, isDemo }: Installation) {
  return staticClients(readServiceKeys(keys.serviceKeysFile), isDemo)
}

function print(clients: Awaited<ReturnType<typeof listClients>>): void {
  const rows = clients.map(({ clientId, name, origin, profile, grants, lastUsedAt, frozen }) => {
    const state = frozen ? `frozen ${minuteOf(frozen.at)} by ${frozen.by}: ${frozen.reason}` : 'active'
    return [clientId, name, origin.replace('_', ' '), profile ?? '-', String(grants), minuteOf(lastUsedAt), state]
  })
  printTable(['client', 'name', 'origin', 'profile', 'grants', 'last used', 'state'], rows)
}

async function create(db: Kysely<AuthTables>, args: string[]): Promise<void> {
  const options = { profile: text, name: text, redirect: { ...text, multiple: true }, confidential: flag } as const
  const { profile, name, redirect, confidential } = readArguments(args, options).values
  if (!profile || !isProfileName(profile)) throw new UsageError(`Name a profile: ${profileNames.join(', ')}.`)
  if (!name || !redirect) throw new UsageError('Give --name and --redirect.')
  const wish = { profile, name, redirectUris: redirect, confidential: confidential === true }
  const { clientId, secret } = await createClient(db, wish, operator())
  console.log(`client_id      ${clientId}`)
  if (secret) console.log(`client_secret  ${secret}`)
}
