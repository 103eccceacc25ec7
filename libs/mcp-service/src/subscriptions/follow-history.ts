import type { BackgroundContext, Stop } from '../background.ts'

const EVERY_MS = 500
/** Transactions end within this time, so an entry of a history that is older is seen by now. */
const LOOK_BACK_S = 15

/** An entry of a history. */
export interface HistoryEntry {
  /** The same each time the entry is read. */
  key: string | number
  /** Resources that look different since. */
  uris: readonly string[]
}

/**
 * Tells subscribers what becomes of a domain's objects, by tools, processes and schedules alike: follows the history to which
 * every change adds. Every replica does so; a subscriber hears of a URI at most once a second all the same.
 *
 * @param recent reads the entries of the last seconds that it is given
 * @returns stops it and waits for the round under way
 */
export function followHistory(
  { log, changed }: Pick<BackgroundContext<unknown>, 'log' | 'changed'>,
  recent: (seconds: number) => Promise<readonly HistoryEntry[]>,
): Stop {
  const told = new Map<HistoryEntry['key'], number>()
  let running = Promise.resolve()
  let busy = false
  const round = async () => {
    for (const { key, uris } of await recent(LOOK_BACK_S)) {
      if (told.has(key)) continue
      told.set(key, Date.now())
      changed(...uris)
    }
    for (const [key, at] of told) if (Date.now() - at > 2_000 * LOOK_BACK_S) told.delete(key)
  }
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    running = round()
      .catch((error) => log.warn({ err: error }, 'changes are announced later'))
      .finally(() => {
        busy = false
      })
  }, EVERY_MS)
  return () => {
    clearInterval(timer)
    return running
  }
}
