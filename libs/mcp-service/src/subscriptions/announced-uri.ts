import type { Caller } from '../caller.ts'
import type { Service } from '../service.ts'

/** Separates a per-caller resource's URI from the subject whose view of it changed. */
export const SUBJECT_MARK = '#'

/** The name under which a change is announced: that of a per-caller resource reaches the same subject alone. */
export function announcedUri({ resources }: Service, uri: string, caller: Caller): string {
  const perCaller = resources.some((resource) => resource.perCaller && resource.uri === uri)
  return perCaller ? `${uri}${SUBJECT_MARK}${caller.subject}` : uri
}
