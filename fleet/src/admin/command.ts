import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import type { AuthTables } from '@backroom/auth/tables'
import { ConfigurationError } from '@backroom/configuration'
import { connect } from '@backroom/database'
import type { Kysely } from 'kysely'
import type { Installation } from '../databases-here.ts'
import type { ProcessName } from '../settings.ts'

/** One command of a group; its name is its key in {@link Commands}. */
export interface Command {
  /** Its arguments, as a usage line shows them. */
  takes?: string
  /** What it does, in one line. */
  does: string
  /** @returns false when what it looked at is not in order */
  run(installation: Installation, args: string[]): Promise<boolean>
}

export type Commands = Record<string, Command>

/** What was typed is no command; the usage is shown. */
export class UsageError extends Error {}

/**
 * Works on the database of one process.
 *
 * @throws {ConfigurationError} when the process is not part of the fleet that runs here
 */
export async function withDatabase<Schema, T>(
  { urlOf }: Installation,
  name: ProcessName,
  work: (db: Kysely<Schema>) => Promise<T>,
): Promise<T> {
  const url = urlOf(name)
  if (!url) throw new ConfigurationError(`${name} is not part of the fleet that runs here.`)
  const { db, close } = connect<Schema>(url, { schema: name, poolSize: 2, connectTimeoutMs: 10_000 })
  try {
    return await work(db)
  } finally {
    await close()
  }
}

/** Works on the database of auth; for a command that has nothing to find wrong. */
export async function inAuth(
  installation: Installation,
  work: (db: Kysely<AuthTables>) => Promise<void>,
): Promise<true> {
  await withDatabase(installation, 'auth', work)
  return true
}

/**
 * Reads the arguments of a command.
 *
 * @throws {UsageError} for an option that it does not have
 */
export function readArguments<const Options extends ParseArgsOptionsConfig>(args: string[], options: Options) {
  try {
    return parseArgs({ args, allowPositionals: true, options })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/**
 * The one thing that a command is about.
 *
 * @throws {UsageError} when none or several are named
 */
export function theOne([id, ...others]: string[], what: string): string {
  if (!id || others.length > 0) throw new UsageError(`Name one ${what}.`)
  return id
}

/** Prints rows under their headings, each column as wide as its widest value. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  for (const row of [headings, ...rows])
    console.log(
      row
        .map((value, column) => value.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

/** A moment as an operator reads it: `2026-11-22 08:30`. */
export function minuteOf(moment: Date | undefined): string {
  return moment ? moment.toISOString().slice(0, 16).replace('T', ' ') : '-'
}
