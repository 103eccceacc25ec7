import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { type RoleName, roles } from '@backroom/access'
import { ConfigurationError, readSettings } from '@backroom/configuration'
import { connect } from '@backroom/database'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { findByLogin } from '../accounts/accounts.ts'
import { createAccount, lockAccount, unlockAccount } from '../accounts/administration.ts'
import { createPasswords } from '../accounts/passwords.ts'
import { recordEvent } from '../audit.ts'
import type { AuthTables } from '../database-tables.ts'
import { readAuthKeys } from '../keys.ts'
import { createOneTimeCodes } from '../second-factor/one-time-codes.ts'
import { operator } from './operator.ts'
import { environmentOfFleet } from './running-fleet.ts'

const usage = `Usage:
  npm run -s account -- create --email ada@example.com --role warehouse [--username ada]   asks for the password
  npm run -s account -- lock --email ada@example.com     ends every session and token of the person within seconds
  npm run -s account -- unlock --email ada@example.com
  npm run -s account -- second-factor --email ada@example.com   a new secret for the person's authenticator app, told once
Roles: ${Object.keys(roles).join(', ')}. DATABASE_URL names the database of auth, AUTH_KEYS_FILE its keys;
unset, those of the fleet that runs in this checkout.`

const MIN_PASSWORD = 12

/** Creates, locks and unlocks accounts, and sets up their second factor. */
async function main(): Promise<void> {
  const { command, email, role, username } = readArguments()
  const settings = readSettings({ DATABASE_URL: z.url(), AUTH_KEYS_FILE: z.string() }, environmentOfFleet())
  const { db, close } = connect<AuthTables>(settings.DATABASE_URL, { schema: 'auth', poolSize: 1 })
  try {
    if (command === 'lock') return console.log(`Locked ${await lockAccount(db, email, operator())}.`)
    if (command === 'unlock') return console.log(`Unlocked ${await unlockAccount(db, email, operator())}.`)
    if (command === 'second-factor') return console.log(await setUpSecondFactor(db, email, settings.AUTH_KEYS_FILE))
    if (!isRole(role)) throw new ConfigurationError(usage)
    const passwords = await createPasswords(readAuthKeys(settings.AUTH_KEYS_FILE).pepper)
    const password_hash = await passwords.hash(await askPassword())
    console.log(`Created ${await createAccount(db, { email, role, username, password_hash }, operator())}.`)
  } finally {
    await close()
  }
}

function readArguments() {
  const text = { type: 'string' } as const
  try {
    const options = { email: text, role: text, username: text }
    const { positionals, values } = parseArgs({ allowPositionals: true, options })
    const [command = '', ...others] = positionals
    const email = values.email?.toLowerCase()
    if (['create', 'lock', 'unlock', 'second-factor'].includes(command) && !others.length && email?.includes('@'))
      return {
        command,
        email,
        role: values.role,
        username: (values.username ?? email.split('@')[0] ?? '').toLowerCase(),
      }
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message}\n${usage}`)
  }
  throw new ConfigurationError(usage)
}

/** What the person's app takes: by hand, or as the address that a code to scan stands for. */
async function setUpSecondFactor(db: Kysely<AuthTables>, email: string, keysFile: string): Promise<string> {
  const account = await findByLogin(db, email)
  if (!account) throw new ConfigurationError(`No account has the email address ${email}.`)
  const secret = await createOneTimeCodes(db, readAuthKeys(keysFile).pepper).enroll(account.sub)
  await recordEvent(db, { event: 'second_factor_set_up', sub: account.sub, detail: { by: operator() } })
  return `${secret}\notpauth://totp/Backroom:${encodeURIComponent(email)}?secret=${secret}&issuer=Backroom`
}

function isRole(role: string | undefined): role is RoleName {
  return role !== undefined && Object.hasOwn(roles, role)
}

/** Reads one line without showing what is typed. */
async function askPassword(): Promise<string> {
  process.stderr.write(`Password (at least ${MIN_PASSWORD} characters): `)
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: process.stdin.isTTY })
  const { value: password = '' } = await lines[Symbol.asyncIterator]().next()
  lines.close()
  process.stderr.write('\n')
  if (password.length >= MIN_PASSWORD && password.length <= 128) return password
  throw new ConfigurationError(`The password must have ${MIN_PASSWORD} to 128 characters. Nothing was created.`)
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})
