import { parseArgs } from 'node:util'

/** What every benchmark is told on the command line. */
export interface BenchOptions {
  /** Figures as JSON, for programs. */
  json: boolean
  /** Of one measurement. */
  seconds: number
  /** Measurements, of which the median counts. */
  rounds: number
  /** SKUs and orders of the larger fleet of `scale`. */
  size: number
}

/** The command line is not one that the benchmarks understand. */
export class UsageError extends Error {}

/**
 * Reads the command line: the name of a benchmark, if any, and its options.
 *
 * @throws {UsageError} naming what is wrong
 */
export function readOptions(args: string[]): { name: string | undefined; help: boolean; options: BenchOptions } {
  const { values, positionals } = parse(args)
  const { json, help } = values
  const options = {
    json,
    seconds: count('seconds', values.seconds),
    rounds: count('rounds', values.rounds),
    size: count('size', values.size),
  }
  return { name: positionals[0], help, options }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        seconds: { type: 'string', default: '5' },
        rounds: { type: 'string', default: '5' },
        size: { type: 'string', default: '1000000' },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function count(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new UsageError(`--${name} must be a number from 1, not ${text}.`)
  return value
}
