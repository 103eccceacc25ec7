let publish: (...uris: string[]) => void = () => undefined

/** Sets who tells subscribers of changes that no call makes; called once at start. */
export function announceWith(announce: (...uris: string[]) => void): void {
  publish = announce
}

/** Tells subscribers, after commit, that resources have changed. */
export function announce(...uris: string[]): void {
  publish(...uris)
}
