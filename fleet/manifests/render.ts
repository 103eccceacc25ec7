import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { createSecrets } from '../src/secrets.ts'
import { root } from '../src/settings.ts'

/** A Kubernetes object as far as every kind is the same. */
export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: { name: string; labels?: Record<string, string> }
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a spec of its own.
  spec?: any
  [member: string]: unknown
}

/** What a workload starts. */
export interface Pod {
  metadata: { labels: Record<string, string> }
  spec: {
    automountServiceAccountToken?: boolean
    enableServiceLinks?: boolean
    hostNetwork?: boolean
    securityContext?: { runAsNonRoot?: boolean; runAsUser?: number; seccompProfile?: { type: string } }
    containers: Container[]
    volumes?: Record<string, unknown>[]
  }
}

/** One container of a pod, as far as the checks look. */
export interface Container {
  name: string
  ports?: { name: string; containerPort: number }[]
  securityContext?: {
    allowPrivilegeEscalation?: boolean
    readOnlyRootFilesystem?: boolean
    capabilities?: { drop?: string[]; add?: string[] }
  }
  resources?: { requests?: object; limits?: { memory?: string } }
  env?: { name: string; value?: string }[]
}

/** The pod of a Deployment, StatefulSet, Job or CronJob; undefined for other kinds. */
export function podOf({ spec }: KubernetesObject): Pod | undefined {
  const template = spec?.template ?? spec?.jobTemplate?.spec.template
  return template?.spec?.containers ? template : undefined
}

/** The objects that `kubectl apply -k k8s/overlays/<overlay>` would send. */
export async function render(overlay: string): Promise<KubernetesObject[]> {
  const folder = mkdtempSync(join(tmpdir(), 'backroom-k8s-'))
  try {
    cpSync(join(root, 'k8s'), folder, { recursive: true })
    const path = join(folder, 'overlays', overlay)
    await createSecrets(join(path, 'secrets'), 'postgres:5432/backroom')
    return parseAllDocuments(kustomize(path)).map((document) => document.toJS())
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function kustomize(path: string): string {
  try {
    return execFileSync('kubectl', ['kustomize', path], { encoding: 'utf8' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Error('kubectl 1.27 or later renders the manifests: install it and run this test again.')
  }
}
