import { endSession, listSessions } from '@backroom/auth/administration'
import { operator } from '@backroom/auth/operator'
import { type Commands, inAuth, minuteOf, printTable, readArguments, theOne } from './command.ts'
import { subjectOf } from './subject.ts'

/** Sessions: who is signed in to auth in a browser. */
export const sessionCommands: Commands = {
  list: {
    takes: '[--account ada@example.com]',
    does: 'Sessions of people who are signed in, the newest first.',
    run: (installation, args) =>
      inAuth(installation, async (db) => {
        const { account } = readArguments(args, { account: { type: 'string' } }).values
        const sessions = await listSessions(db, await subjectOf(db, account))
        const rows = sessions.map(({ uid, account, sub, signedInAt, expiresAt, grants }) => [
          uid,
          account ?? sub,
          minuteOf(signedInAt),
          minuteOf(expiresAt),
          String(grants),
        ])
        printTable(['session', 'account', 'signed in', 'until', 'grants'], rows)
      }),
  },
  end: {
    takes: '<session>',
    does: 'Signs the browser out and ends every grant of the session.',
    run: (installation, args) =>
      inAuth(installation, async (db) => {
        const uid = theOne(args, 'session')
        const count = await endSession(db, uid, operator())
        console.log(`Ended the session and ${count} ${count === 1 ? 'grant' : 'grants'}.`)
      }),
  },
}
