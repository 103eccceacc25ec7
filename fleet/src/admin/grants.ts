import { listGrants, revokeGrant } from '@backroom/auth/administration'
import { operator } from '@backroom/auth/operator'
import { type Commands, inAuth, minuteOf, printTable, readArguments, theOne } from './command.ts'
import { subjectOf } from './subject.ts'

/** Grants: what people allowed clients to do. */
export const grantCommands: Commands = {
  list: {
    takes: '[--account ada@example.com] [--client <client id>]',
    does: 'Grants that stand, the newest first.',
    run: (installation, args) =>
      inAuth(installation, async (db) => {
        const { account, client } = readArguments(args, {
          account: { type: 'string' },
          client: { type: 'string' },
        }).values
        const grants = await listGrants(db, { sub: await subjectOf(db, account), clientId: client })
        const rows = grants.map(({ gid, account, sub, clientId, scopes, grantedAt, expiresAt }) => [
          gid,
          account ?? sub,
          clientId,
          minuteOf(grantedAt),
          minuteOf(expiresAt),
          scopes.join(' '),
        ])
        printTable(['grant', 'account', 'client', 'granted', 'until', 'scopes'], rows)
      }),
  },
  revoke: {
    takes: '<grant>',
    does: 'Ends a grant within seconds, its payments at once.',
    run: (installation, args) =>
      inAuth(installation, async (db) => {
        const gid = theOne(args, 'grant')
        await revokeGrant(db, gid, operator())
        console.log(`Ended: ${gid}.`)
      }),
  },
}
