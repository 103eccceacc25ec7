import { ConfigurationError } from '@backroom/configuration'
import { auditCommands } from './admin/audit.ts'
import { clientCommands } from './admin/clients.ts'
import { type Commands, UsageError } from './admin/command.ts'
import { grantCommands } from './admin/grants.ts'
import { sessionCommands } from './admin/sessions.ts'
import { installationHere } from './databases-here.ts'

const groups: Record<string, Commands> = {
  clients: clientCommands,
  grants: grantCommands,
  sessions: sessionCommands,
  audit: auditCommands,
}

/** `npm run -s admin -- <group> <command>`: who may do what here, and what was done. Exits 1 when something is wrong. */
try {
  const [group = '', name = '', ...args] = process.argv.slice(2)
  const command = groups[group]?.[name]
  if (!command) throw new UsageError('')
  const isFine = await command.run(await installationHere(), args)
  process.exitCode = isFine ? 0 : 1
} catch (error) {
  process.exitCode = 1
  if (error instanceof UsageError) console.error(`${error.message}\n${usage()}`.trim())
  else console.error(isForOperator(error) ? error.message : error)
}

function usage(): string {
  const lines = Object.entries(groups).flatMap(([group, commands]) =>
    Object.entries(commands).map(([name, { takes, does }]) => {
      const call = `${group} ${name}${takes ? ` ${takes}` : ''}`
      return `  ${call}\n      ${does}`
    }),
  )
  return `Usage: npm run -s admin -- <command>\n${lines.join('\n')}`
}

/** Errors whose words are meant for whoever typed the command. */
function isForOperator(error: unknown): error is Error {
  return error instanceof ConfigurationError || (error instanceof Error && 'error_description' in error)
}
