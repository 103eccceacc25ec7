import { ConfigurationError } from '@backroom/configuration'
import { demoSecrets } from '../second-factor/demo.ts'
import { codeAt, fromBase32, stepAt } from '../second-factor/totp.ts'

const usage = `Usage: npm run -s code -- approver1
Prints the six digits that the authenticator app of a demo approver would show now.`

/** The code of a demo account, for those who have no authenticator app at hand. */
function code(name: string | undefined): string {
  const secret = demoSecrets[`staff-${name?.split('@')[0]}`]
  if (!secret) throw new ConfigurationError(usage)
  return codeAt(fromBase32(secret), stepAt(Date.now()))
}

try {
  console.log(code(process.argv[2]))
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error
  console.error(error.message)
  process.exit(1)
}
