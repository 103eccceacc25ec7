/** Who wants to know of changes. */
export interface Follower {
  changed(version: string): void
  /** Nobody looks any more: the server stops. */
  ended(): void
}

/** Looks at something again and again while somebody wants to know of its changes; all who watch the same share the looking. */
export interface Watch {
  /**
   * Tells the follower the version that `look` finds: once when it has begun to look, since what the follower saw before
   * may have changed by then, and whenever it is another than before. The answer stops it.
   */
  follow(name: string, look: () => Promise<string>, follower: Follower): () => void
  close(): void
}

const LOOK_MS = 1_500

interface Followed {
  followers: Set<Follower>
  /** Those who have not been told that it has begun. */
  newcomers: Set<Follower>
  timer: NodeJS.Timeout
}

/** Nothing is looked at while nobody watches. */
export function createWatch(): Watch {
  const followed = new Map<string, Followed>()

  const begin = (name: string, look: () => Promise<string>): Followed => {
    let seen: string | undefined
    let looking = false
    const lookAgain = async () => {
      if (looking) return
      looking = true
      const newcomers = [...one.newcomers]
      // What does not answer has not changed, as far as anybody can see.
      const now = await look().catch(() => undefined)
      looking = false
      if (now === undefined) return
      const told = now === seen ? newcomers : one.followers
      seen = now
      for (const follower of newcomers) one.newcomers.delete(follower)
      for (const { changed: tell } of told) tell(now)
    }
    const one: Followed = { followers: new Set(), newcomers: new Set(), timer: setInterval(lookAgain, LOOK_MS) }
    one.timer.unref()
    followed.set(name, one)
    setImmediate(() => void lookAgain())
    return one
  }
  return {
    follow(name, look, follower) {
      const one = followed.get(name) ?? begin(name, look)
      one.followers.add(follower)
      one.newcomers.add(follower)
      return () => {
        one.followers.delete(follower)
        one.newcomers.delete(follower)
        if (one.followers.size > 0) return
        clearInterval(one.timer)
        followed.delete(name)
      }
    },
    close() {
      for (const { timer, followers } of followed.values()) {
        clearInterval(timer)
        for (const { ended } of followers) ended()
      }
      followed.clear()
    },
  }
}
