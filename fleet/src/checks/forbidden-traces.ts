import { readFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { root } from '../settings.ts'
import { projectFiles } from './project-files.ts'

/** Names that say nothing about what a file or folder is for. */
const emptyNames = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'manager', 'misc'])
/** A home folder, or a folder of a build machine. */
const machinePath = /(?<![\w.:/])\/(?:home|Users|root|work|workspace|builds)\/[\w.-]+/
const registry = /https?:\/\/[\w.-]*(?:npm|registry|artifactory|nexus)[\w.-]*\.[a-z]+[:/]/

/** Empty names, machine paths, and package hosts in the lockfile or settings of the package manager. */
export async function forbiddenTraces(): Promise<string[]> {
  const files = await projectFiles()
  const names = files.flatMap((file) => {
    const found = file.split('/').find((part) => emptyNames.has(basename(part, extname(part))))
    return found ? [`${file}: "${found}" does not say what it is for`] : []
  })
  const contents = await Promise.all(files.map(tracesIn))
  return [...names, ...contents.flat()]
}

async function tracesIn(file: string): Promise<string[]> {
  const text = await readFile(join(root, file), 'utf8')
  const isOfPackageManager = /(^|\/)(pnpm-[\w-]+\.yaml|\.npmrc)$/.test(file)
  const patterns = isOfPackageManager ? [machinePath, registry] : [machinePath]
  return patterns.flatMap((pattern) => {
    const found = pattern.exec(text)
    return found ? [`${file}:${text.slice(0, found.index).split('\n').length}: ${found[0]}`] : []
  })
}
