import { ConfigurationError } from '@backroom/configuration'
import colors from 'picocolors'
import { addressesHere } from './reconciliation/books.ts'
import { type CheckResult, reconcile } from './reconciliation/reconcile.ts'

/** `npm run reconcile`: proves stock, money and orders of the fleet that runs here, or of DATABASE_URL. Exits 1 on any difference. */
const MOST_NAMED = 20

try {
  const results = await reconcile(await addressesHere())
  for (const line of table(results)) console.log(line)
  for (const line of results.flatMap(explain)) console.log(line)
  const differences = results.reduce((sum, result) => sum + countOf(result), 0)
  const missing = results.filter((result) => 'missing' in result).length
  console.log(`\n${summary(differences, missing)}`)
  process.exitCode = differences === 0 ? 0 : 1
} catch (error) {
  const reason =
    error instanceof ConfigurationError
      ? (error as Error).message
      : `The books cannot be read: ${(error as Error).message}`
  console.error(reason)
  process.exitCode = 1
}

function table(results: readonly CheckResult[]): string[] {
  const width = Math.max(...results.map(({ name }) => name.length))
  const row = (name: string, rows: string, underWay: string, differences: string) =>
    `${name.padEnd(width)}  ${rows.padStart(10)}  ${underWay.padStart(9)}  ${differences.padStart(11)}`
  return [
    colors.bold(`  ${row('check', 'rows', 'under way', 'differences')}`),
    ...results.map((result) => {
      if ('missing' in result) return `${colors.yellow('-')} ${row(result.name, 'not here', '', '')}`
      const { name, rows, underWay, differences } = result
      const mark = differences.length === 0 ? colors.green('✓') : colors.red('✗')
      return `${mark} ${row(name, String(rows), String(underWay), String(differences.length))}`
    }),
  ]
}

function explain(result: CheckResult): string[] {
  if ('missing' in result)
    return [`\n${colors.yellow('-')} ${result.name}: not checked, without ${result.missing.join(' and ')}.`]
  if (result.differences.length === 0) return []
  const named = result.differences.slice(0, MOST_NAMED)
  const more = result.differences.length - named.length
  return [
    `\n${colors.red('✗')} ${colors.bold(result.name)}`,
    ...named.flatMap(({ subject, says, todo }) => [`  ${subject}: ${says}`, `    ${colors.dim(todo)}`]),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ]
}

function countOf(result: CheckResult): number {
  return 'differences' in result ? result.differences.length : 0
}

function summary(differences: number, missing: number): string {
  const unchecked = missing === 0 ? '' : ` ${missing} ${missing === 1 ? 'check was' : 'checks were'} not possible here.`
  if (differences === 0) return `The books agree.${unchecked}`
  return `${differences} ${differences === 1 ? 'difference' : 'differences'}.${unchecked}`
}
