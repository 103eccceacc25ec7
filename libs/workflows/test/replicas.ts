import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** Processes that run the workflows of one database. */
export function replicasOver(databaseUrl: string) {
  const running = new Set<ChildProcess>()
  const load = () => fork(new URL('replica.ts', import.meta.url), [databaseUrl])
  // The next ones load their modules while a test runs.
  const loaded = [load(), load()]

  async function kill(replica: ChildProcess): Promise<void> {
    if (replica.exitCode !== null || replica.signalCode !== null) return
    const gone = once(replica, 'exit')
    replica.kill('SIGKILL')
    await gone
  }

  return {
    /** Starts one; settles once it runs workflows, or has ended. */
    async start(): Promise<ChildProcess> {
      const replica = loaded.shift() ?? load()
      loaded.push(load())
      running.add(replica)
      replica.send('start')
      await Promise.race([once(replica, 'message'), once(replica, 'exit')])
      return replica
    },
    kill,
    async killAll(): Promise<void> {
      await Promise.all([...running].map(kill))
      running.clear()
    },
    async close(): Promise<void> {
      await Promise.all([...running, ...loaded].map(kill))
    },
  }
}
