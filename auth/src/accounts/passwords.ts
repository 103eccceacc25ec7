import { hash, parseOptions, verify } from '@node-rs/argon2'

/** OWASP's second argon2id setting: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const MAX_CONCURRENT = 4
const MAX_WAITING = 64

/** More people are signing in than this process can check; come back in a moment. */
export class TooManySignIns extends Error {}

/** Hashes and checks passwords, a few at a time, mixed with a secret that is not in the database. */
export interface Passwords {
  /** A PHC string (argon2id). */
  hash(password: string): Promise<string>
  /** Without a hash (no such account) the same work is done and the answer is false. */
  verify(phc: string | undefined, password: string): Promise<boolean>
  /** True when the hash was made with other costs than today's. */
  isOutdated(phc: string): boolean
  /**
   * Runs `task` when one of the few places is free.
   *
   * @throws {TooManySignIns} when the queue is full
   */
  inTurn<Result>(task: () => Promise<Result>): Promise<Result>
}

/** Password hashing with the pepper of this installation. */
export async function createPasswords(pepper: string): Promise<Passwords> {
  const options = { ...cost, secret: Buffer.from(pepper, 'base64url') }
  const ofNobody = await hash('nobody has this password', options)
  let running = 0
  const waiting: (() => void)[] = []

  return {
    hash: (password) => hash(password, options),

    async verify(phc, password) {
      const matches = await verify(phc ?? ofNobody, password, options)
      return matches && phc !== undefined
    },

    isOutdated(phc) {
      const used = parseOptions(phc)
      return used.memoryCost !== cost.memoryCost || used.timeCost !== cost.timeCost
    },

    async inTurn(task) {
      if (running >= MAX_CONCURRENT) {
        if (waiting.length >= MAX_WAITING) throw new TooManySignIns('too many people are signing in at this moment')
        await new Promise<void>((resolve) => waiting.push(resolve))
      } else running++
      try {
        return await task()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else running--
      }
    },
  }
}
