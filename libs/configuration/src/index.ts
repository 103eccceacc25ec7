import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** demo: accounts with a published password and token commands exist. production (also when unset): they do not. */
export type Profile = 'demo' | 'production'

/** A setting is missing or wrong. The message names the variable and what to do; it is meant for the operator. */
export class ConfigurationError extends Error {}

const publicUrl = z
  .url({ protocol: /^https?$/ })
  .transform((url) => url.replace(/\/+$/, ''))
  .refine((url) => new URL(url).pathname === '/', 'must have no path: the domains are the paths')

/** Variables that every process of the fleet reads. `ISSUER_URL` is an alias of `PUBLIC_URL`. */
export const sharedSettings = {
  BACKROOM_PROFILE: z.enum(['demo', 'production']).default('production'),
  PUBLIC_URL: publicUrl.default('http://localhost:8000'),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
}

/** Every variable that is ours by its name. */
const ownNames = new Set(['BACKROOM_PROFILE', 'BACKROOM_DATA', 'BACKROOM_STDIO_ACCOUNT'])

/** A TCP port given as text. */
export const Port = z.coerce.number().int().min(0).max(65535)

/**
 * Reads the variables of `shape` from the environment. `NAME_FILE` is read where `NAME` is unset, so that secrets can
 * be mounted as files.
 *
 * @throws {ConfigurationError} naming every variable that is missing or wrong, or one of ours that does not exist
 */
export function readSettings<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: NodeJS.ProcessEnv = process.env,
): z.output<z.ZodObject<Shape>> {
  refuseUnknown(environment)
  const given: Record<string, string | undefined> = {
    PUBLIC_URL: environment.PUBLIC_URL ?? environment.ISSUER_URL,
  }
  for (const name of Object.keys(shape)) given[name] ??= environment[name] || readFile(name, environment)
  const parsed = z.object(shape).safeParse(given)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new ConfigurationError(`Cannot start, the environment is incomplete or wrong. ${lines.join('; ')}.`)
}

/** A misspelt setting would otherwise be a setting that nobody reads. */
function refuseUnknown(environment: NodeJS.ProcessEnv): void {
  const unknown = Object.keys(environment).filter((name) => name.startsWith('BACKROOM_') && !ownNames.has(name))
  if (unknown.length === 0) return
  throw new ConfigurationError(
    `Cannot start, ${unknown.join(' and ')} ${unknown.length === 1 ? 'is no setting' : 'are no settings'} of this version. Known are ${[...ownNames].join(', ')}.`,
  )
}

function readFile(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  const path = environment[`${name}_FILE`]
  if (!path) return undefined
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    throw new ConfigurationError(`${name}_FILE names ${path}, which cannot be read.`)
  }
}
