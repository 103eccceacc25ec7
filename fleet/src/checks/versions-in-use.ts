import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { entryOf } from '../plan.ts'
import { processNames, root } from '../settings.ts'

interface Manifest {
  version: string
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/** Every installed version of a package that the processes of the fleet can load, directly or through a dependency. */
export function versionsInUse(name: string): string[] {
  const shipped = processNames
    .map(entryOf)
    .filter(existsSync)
    .map((entry) => dirname(dirname(entry)))
  const seen = new Set<string>()
  const versions = new Set<string>()
  const waiting = shipped
  for (let folder = waiting.pop(); folder; folder = waiting.pop()) {
    if (seen.has(folder)) continue
    seen.add(folder)
    const { dependencies, optionalDependencies } = manifestOf(folder)
    for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const place = resolve(folder, dependency)
      if (!place) continue
      if (dependency === name) versions.add(manifestOf(place).version)
      waiting.push(place)
    }
  }
  return [...versions]
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** As Node finds a package, without its `exports` in the way. */
function resolve(folder: string, dependency: string): string | undefined {
  for (let place = folder; place.startsWith(root); place = dirname(place)) {
    const candidate = join(place, 'node_modules', dependency)
    if (existsSync(candidate)) return realpathSync(candidate)
  }
  return undefined
}
