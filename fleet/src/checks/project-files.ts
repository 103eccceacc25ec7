import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../settings.ts'

/** Every file of the project that Git knows or would take, relative to the checkout. */
export async function projectFiles(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root })
  return stdout.split('\n').filter((file) => file !== '' && existsSync(join(root, file)))
}
