import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../settings.ts'
import { projectFiles } from './project-files.ts'

const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/
const fields = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

/** Versions that are not exact in the catalog, and packages that do not take theirs from it. */
export async function inexactVersions(): Promise<string[]> {
  const manifests = (await projectFiles()).filter((file) => /(^|\/)package\.json$/.test(file))
  const problems = await Promise.all(manifests.map(versionsOutsideCatalog))
  return [...(await inexactInCatalog()), ...problems.flat()]
}

async function inexactInCatalog(): Promise<string[]> {
  const file = 'pnpm-workspace.yaml'
  const text = await readFile(join(root, file), 'utf8')
  const [, catalog = ''] = /^catalog:\n((?: {2}.*\n|\n)*)/m.exec(text) ?? []
  const entries = [...catalog.matchAll(/^ {2}"?([^":]+)"?: *(\S+)/gm)]
  return entries
    .filter(([, , version = '']) => !exact.test(version))
    .map(([, name, version]) => `${file}: ${name} is ${version}, not an exact version`)
}

async function versionsOutsideCatalog(file: string): Promise<string[]> {
  const manifest = JSON.parse(await readFile(join(root, file), 'utf8')) as Record<string, Record<string, string>>
  return fields.flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([, version]) => version !== 'catalog:' && version !== 'workspace:*')
      .map(([name, version]) => `${file}: ${name} is ${version}; write catalog: or workspace:*`),
  )
}
