import { sql } from 'kysely'
import type { ChainEnd } from './chain.ts'
import type { TrailDatabase } from './trail-database.ts'

export interface SealerOptions {
  /** A connection with the role of the service that owns the trail. */
  db: TrailDatabase
  /** Takes the end of the chain whenever it has moved, and now and then again, for the keys that sign it change. */
  keep(end: ChainEnd): Promise<void>
  /** The end that was kept last; undefined when none is kept. One that the chain no longer holds is not replaced. */
  last(): Promise<ChainEnd | undefined>
  /** Told when a round failed; the next one tries again. */
  onError(error: unknown): void
}

/** Work that goes on until it is stopped. */
export interface Sealer {
  /** Seals what is left, then ends. */
  stop(): Promise<void>
}

const EVERY_MS = 1_000
const BATCH = 2_000
/** Rounds after which rows are looked for that committed later than a sealer expects. */
const ROUNDS_OF_AN_HOUR = 3_600
/** Rounds after which an end that has not moved is kept again. */
const ROUNDS_OF_TEN_MINUTES = 600

/** Closes the chain about once a second. Of several at work on one trail, one seals and the others pass. */
export function startSealer({ db, keep, last, onError }: SealerOptions): Sealer {
  let rounds = 0
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let kept = 0

  const round = async () => {
    const everything = rounds % ROUNDS_OF_AN_HOUR === 0
    if (rounds++ % ROUNDS_OF_TEN_MINUTES === 0) kept = 0
    const end = await sealAll(db, everything)
    if (!end || end.position === kept) return
    const before = await last()
    const isSameChain = !before || (await holds(db, before))
    const isNewer = !before || before.position <= end.position
    if (isSameChain && isNewer) await keep(end)
    kept = end.position
    if (!isSameChain) throw new Error(`position ${before.position} is not as it was signed; its signature stays`)
  }
  const attempt = () => round().catch(onError)
  const loop = async () => {
    await attempt()
    if (stopped) return
    timer = setTimeout(() => {
      running = loop()
    }, EVERY_MS)
    timer.unref()
  }
  let running = loop()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
      await attempt()
    },
  }
}

async function holds(db: TrailDatabase, { position, hash }: ChainEnd): Promise<boolean> {
  const { rows } = await sql<{ hash: string }>`
    select encode(hash, 'hex') as hash from audit_seal where position = ${position}`.execute(db)
  return rows[0]?.hash === hash
}

/** Where the chain ends afterwards; undefined when another sealer is at work, or there is no chain yet. */
async function sealAll(db: SealerOptions['db'], everything: boolean): Promise<ChainEnd | undefined> {
  for (;;) {
    const { rows } = await sql<
      ChainEnd & { sealed: number }
    >`select * from seal_audit(${BATCH}, ${everything})`.execute(db)
    const [done] = rows
    if (!done) return undefined
    if (done.sealed < BATCH) return done.position === 0 ? undefined : { position: done.position, hash: done.hash }
  }
}
