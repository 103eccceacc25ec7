import { execFile, execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from '../until.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..', '..')
const MEGABYTE = 1024 * 1024

/** A running container of the fleet. */
export interface Container {
  id: string
  /** Name of its service in docker-compose.yml. */
  service: string
  image: string
  state: string
  /** Of those that have a health check. */
  health: string | undefined
  exitCode: number
  startedAt: Date
  /** Ports of this machine, as `address:port`. */
  published: string[]
}

/** The fleet of docker-compose.yml, in the engine that DOCKER_HOST names. */
export interface Composition {
  /** `docker compose …` of this project. */
  compose(...args: string[]): Promise<string>
  /** `docker …` */
  docker(...args: string[]): Promise<string>
  containers(service?: string): Promise<Container[]>
  /** Waits until every server is healthy and every job has ended well. */
  healthy(limitMs?: number): Promise<void>
}

/** @param environment settings of docker-compose.yml */
export function composition(project: string, environment: Record<string, string>): Composition {
  const [command, ...first] = composeCommand()
  const options = {
    cwd: root,
    maxBuffer: 256 * MEGABYTE,
    env: { ...process.env, ...environment, COMPOSE_PROJECT_NAME: project },
  }
  const docker = async (...args: string[]) => (await run('docker', args, options)).stdout
  const compose = async (...args: string[]) => {
    try {
      return (await run(command, [...first, ...args], options)).stdout
    } catch (error) {
      const { stderr = '' } = error as { stderr?: string }
      throw new Error(`compose ${args.join(' ')}: ${stderr.slice(-500)}\n${await complaints()}`)
    }
  }
  const containers = async (service?: string) => {
    const filters = [`label=com.docker.compose.project=${project}`]
    if (service) filters.push(`label=com.docker.compose.service=${service}`)
    const ids = await docker('ps', '--all', '--quiet', ...filters.flatMap((filter) => ['--filter', filter]))
    const names = ids.split('\n').filter(Boolean)
    if (names.length === 0) return []
    return (JSON.parse(await docker('inspect', ...names)) as Inspected[]).map(containerOf)
  }
  const complaints = async () => {
    const unwell = (await containers()).filter((container) => !isWell(container))
    const words = unwell.map(async ({ id, service, state, health }) => {
      const { stdout, stderr } = await run('docker', ['logs', '--tail', '5', id], options)
      return `${service} is ${health ?? state}: ${stdout}${stderr}`
    })
    return (await Promise.all(words)).join('\n')
  }
  const healthy = async (limitMs = 180_000) => {
    try {
      await until('every server is healthy', async () => (await containers()).every(isWell), {
        limitMs,
        everyMs: 1_000,
      })
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${await complaints()}`)
    }
  }
  return { compose, docker, containers, healthy }
}

/** Compose is a plugin of newer clients and a program of its own with older ones. */
function composeCommand(): [string, ...string[]] {
  try {
    execFileSync('docker', ['compose', 'version'], { stdio: 'ignore' })
    return ['docker', 'compose']
  } catch {
    return ['docker-compose']
  }
}

interface Inspected {
  Id: string
  Config: { Image: string; Labels: Record<string, string> }
  State: { Status: string; ExitCode: number; StartedAt: string; Health?: { Status: string } }
  NetworkSettings: { Ports: Record<string, { HostIp: string; HostPort: string }[] | null> }
}

function containerOf({ Id, Config, State, NetworkSettings }: Inspected): Container {
  const bindings = Object.values(NetworkSettings.Ports ?? {}).flatMap((ports) => ports ?? [])
  return {
    id: Id,
    service: Config.Labels['com.docker.compose.service'] ?? '',
    image: Config.Image,
    state: State.Status,
    health: State.Health?.Status,
    exitCode: State.ExitCode,
    startedAt: new Date(State.StartedAt),
    published: bindings.map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}`),
  }
}

function isWell({ state, health, exitCode }: Container): boolean {
  if (state === 'exited') return exitCode === 0
  return state === 'running' && (health === undefined || health === 'healthy')
}
