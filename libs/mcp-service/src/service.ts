import type { DomainName } from '@backroom/access'
import type { Prompt, Resource, Tool } from './define.ts'

/** Everything that a domain server offers. */
export interface Service {
  domain: DomainName
  /** For the agent, at connect: what the server is for and how its tools work together. */
  instructions: string
  tools: readonly Tool[]
  resources: readonly Resource[]
  prompts: readonly Prompt[]
}

/** Declares a domain server; `main.ts` hands it to `runService`. */
export function defineService(service: Service): Service {
  return service
}
