import type { Steps } from '@backroom/workflows'

const TRIES = 3
const PAUSE_MS = 500

/**
 * Asks a provider until it gives an answer, always under the same key, and gives up after a few tries: what stays unknown
 * is looked up later, by schedule or by hand.
 */
export async function untilKnown<Outcome extends { status: string }, Schema>(
  steps: Steps<Schema>,
  name: string,
  ask: () => Promise<Outcome>,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await steps.remote(`${name} ${attempt}`, ask)
    if (outcome.status !== 'unknown' || attempt === TRIES) return outcome
    await steps.sleep(PAUSE_MS * attempt)
  }
}
