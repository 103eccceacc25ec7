import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigurationError } from '@backroom/configuration'

/** An address that a process will listen on. */
export interface Address {
  host: string
  port: number
}

/**
 * Makes sure that every address can be used, waiting up to `patience` ms for those that a fleet that was killed a moment
 * ago still holds.
 *
 * @throws {ConfigurationError} naming the port and the way out
 */
export async function requireFreePorts(addresses: Address[], patience: number): Promise<void> {
  const deadline = Date.now() + patience
  for (const address of addresses) {
    let problem = await tryAddress(address)
    while (problem === 'EADDRINUSE' && Date.now() < deadline) {
      await sleep(200)
      problem = await tryAddress(address)
    }
    if (problem) throw new ConfigurationError(explain(problem, address))
  }
}

function explain(problem: string, { host, port }: Address): string {
  switch (problem) {
    case 'EADDRINUSE':
      return `Port ${port} is taken by another program. Stop that program, or give Backroom other ports: PORT=9000 npm start`
    case 'EACCES':
      return `This user may not listen on port ${port}. Choose a port above 1023: PORT=8000 npm start`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST is ${host}, which is not an address of this machine.`
    default:
      return `Port ${port} on ${host} cannot be used (${problem}).`
  }
}

/** Code of the error that listening gives; undefined when the address is free. */
function tryAddress({ host, port }: Address): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

/** Whether an address can be listened on now. */
export async function isFree(address: Address): Promise<boolean> {
  return (await tryAddress(address)) === undefined
}

/** A TCP port of loopback that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
