import { setTimeout as sleep } from 'node:timers/promises'

/** Polls until the condition holds; fails after the limit with what was awaited. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  { limitMs = 30_000, everyMs = 50 }: { limitMs?: number; everyMs?: number } = {},
): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within ${limitMs} ms: ${what}`)
    await sleep(everyMs)
  }
}
