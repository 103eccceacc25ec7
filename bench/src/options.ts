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

/** Reads the command line: the name of a benchmark, if any, and its options. */
export function readOptions(args: string[]): { name: string | undefined; options: BenchOptions } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '5' },
      size: { type: 'string', default: '1000000' },
    },
  })
  const { json, seconds, rounds, size } = values
  return {
    name: positionals[0],
    options: { json, seconds: Number(seconds), rounds: Number(rounds), size: Number(size) },
  }
}
