import { once } from 'node:events'
import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { domainNames } from '@backroom/access'
import {
  exportTrail,
  type Finding,
  headFolder,
  lastHead,
  type SignedHead,
  type Verification,
  verifyExport,
  verifyTrail,
} from '@backroom/audit'
import { readAuthKeys } from '@backroom/auth/keys'
import { ConfigurationError } from '@backroom/configuration'
import type { JWK } from 'jose'
import colors from 'picocolors'
import type { Installation } from '../databases-here.ts'
import { type Commands, theOne, UsageError, withDatabase } from './command.ts'

const trails = ['auth', ...domainNames] as const
type Trail = (typeof trails)[number]

const MOST_NAMED = 20

/** Audit trails: whether they are as they were written, and a copy of them. */
export const auditCommands: Commands = {
  verify: {
    takes: `[${trails.join('|')}]`,
    does: 'Checks every row of the trails (all, or those named) against their chains and the signed ends kept beside.',
    async run(installation, args) {
      const wanted = args.map(trailOf)
      const here = wanted.length > 0 ? wanted : trails.filter((trail) => installation.urlOf(trail))
      let isFine = true
      for (const trail of here) isFine = (await verifyOne(installation, trail)) && isFine
      return isFine
    },
  },
  export: {
    takes: '<trail> > trail.jsonl',
    does: 'Writes a trail as JSON Lines, each with its position and hash, in the order of the chain.',
    async run(installation, args) {
      const trail = trailOf(theOne(args, 'trail'))
      const count = await withDatabase(installation, trail, (db) => exportTrail(db, writeOut))
      console.error(`${count} rows of ${trail}.`)
      return true
    },
  },
  check: {
    takes: '<trail> <file>',
    does: 'Checks an exported trail against its own chain, without the database.',
    async run(_, [name = '', file = '', ...others]) {
      const trail = trailOf(name)
      if (!existsSync(file) || others.length > 0) throw new UsageError('Name a trail and its exported file.')
      const { rows, findings } = await verifyExport(trail, createReadStream(file, 'utf8'))
      report(trail, `${rows} rows in ${file}`, findings)
      return findings.length === 0
    },
  },
}

async function verifyOne(installation: Installation, trail: Trail): Promise<boolean> {
  const head = await headOf(installation, trail)
  const seen = await withDatabase(installation, trail, (db) => verifyTrail(db, trail, head))
  report(trail, `${seen.rows} rows, ${headText(seen)}`, seen.findings)
  return seen.findings.length === 0
}

/** @throws {ConfigurationError} when the head was not signed by its service */
async function headOf({ headsOf, keys }: Installation, trail: Trail): Promise<SignedHead | undefined> {
  const published =
    trail === 'auth'
      ? readAuthKeys(keys.authKeysFile).signing
      : [(JSON.parse(await readFile(keys.serviceKeysFile, 'utf8')) as Record<string, JWK>)[trail] ?? {}]
  return lastHead(headFolder(headsOf(trail)), trail, published).catch((error: Error) => {
    throw new ConfigurationError(error.message)
  })
}

function headText({ head }: Verification): string {
  return head ? `signed end at ${head.position}` : 'no signed end to compare with: a cut-off end would not be seen'
}

function report(trail: string, what: string, findings: readonly Finding[]): void {
  console.log(`${findings.length === 0 ? colors.green('✓') : colors.red('✗')} ${trail}: ${what}`)
  for (const { kind, position, says } of findings.slice(0, MOST_NAMED))
    console.log(`    ${kind}${position === undefined ? '' : ` at position ${position}`}: ${says}`)
  if (findings.length > MOST_NAMED) console.log(`    … and ${findings.length - MOST_NAMED} more`)
}

function trailOf(name: string): Trail {
  const trail = trails.find((known) => known === name)
  if (!trail) throw new UsageError(`There is no trail "${name}".`)
  return trail
}

/** Waits where the reader is slower. */
async function writeOut(lines: string): Promise<void> {
  if (!process.stdout.write(lines)) await once(process.stdout, 'drain')
}
