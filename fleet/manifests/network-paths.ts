import { type KubernetesObject, podOf } from './render.ts'

/** Something that may talk or be talked to: the pods of a manifest, or what lies outside of them. */
export interface Endpoint {
  name: string
  namespace: string
  labels: Record<string, string>
  /** By name; the number is what policies may say instead. */
  ports: Record<string, number>
}

interface Selector {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: string; values?: string[] }[]
}

interface Peer {
  podSelector?: Selector
  namespaceSelector?: Selector
  ipBlock?: { cidr: string }
}

interface Rule {
  from?: Peer[]
  to?: Peer[]
  ports?: { port: string | number }[]
}

interface Policy {
  podSelector: Selector
  policyTypes: ('Ingress' | 'Egress')[]
  ingress?: Rule[]
  egress?: Rule[]
}

/** Where the fleet lives. */
export const NAMESPACE = 'backroom'
/** Any address outside of the cluster. */
export const INTERNET: Endpoint = { name: 'internet', namespace: '', labels: {}, ports: { https: 443 } }

/** The pods that the manifests start. */
export function endpointsOf(objects: readonly KubernetesObject[]): Endpoint[] {
  return objects.flatMap((object) => {
    const pod = podOf(object)
    if (!pod) return []
    const ports = pod.spec.containers.flatMap(({ ports = [] }) => ports)
    return {
      name: object.metadata.name,
      namespace: NAMESPACE,
      labels: pod.metadata.labels,
      ports: Object.fromEntries(ports.map(({ name, containerPort }) => [name, containerPort])),
    }
  })
}

/** Every `from -> to:port` that the policies leave open; both sides must allow it. */
export function openPaths(objects: readonly KubernetesObject[], endpoints: readonly Endpoint[]): Set<string> {
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy').map(({ spec }) => spec as Policy)
  const paths = new Set<string>()
  for (const from of endpoints) {
    for (const to of endpoints) {
      if (from === to || (from.namespace !== NAMESPACE && to.namespace !== NAMESPACE)) continue
      for (const [port, number] of Object.entries(to.ports)) {
        const mayLeave = allows(policies, 'Egress', from, (rule) => fits(rule, rule.to, to, port, number))
        const mayEnter = allows(policies, 'Ingress', to, (rule) => fits(rule, rule.from, from, port, number))
        if (mayLeave && mayEnter) paths.add(`${from.name} -> ${to.name}:${port}`)
      }
    }
  }
  return paths
}

function allows(
  policies: readonly Policy[],
  direction: 'Ingress' | 'Egress',
  of: Endpoint,
  fitting: (rule: Rule) => boolean,
): boolean {
  if (of.namespace !== NAMESPACE) return true
  const own = policies.filter(
    (policy) => policy.policyTypes.includes(direction) && selects(policy.podSelector, of.labels),
  )
  if (own.length === 0) return true
  return own.some((policy) => (direction === 'Ingress' ? policy.ingress : policy.egress)?.some(fitting))
}

function fits(rule: Rule, peers: Peer[] | undefined, other: Endpoint, port: string, number: number): boolean {
  const isPort = rule.ports === undefined || rule.ports.some((one) => one.port === port || one.port === number)
  return isPort && (peers === undefined || peers.some((peer) => isPeer(peer, other)))
}

function isPeer({ podSelector, namespaceSelector, ipBlock }: Peer, { namespace, labels }: Endpoint): boolean {
  if (ipBlock) return namespace === ''
  const isThere = namespaceSelector
    ? selects(namespaceSelector, { 'kubernetes.io/metadata.name': namespace })
    : namespace === NAMESPACE
  return isThere && selects(podSelector ?? {}, labels)
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Record<string, string>): boolean {
  const hasLabels = Object.entries(matchLabels).every(([key, value]) => labels[key] === value)
  return hasLabels && matchExpressions.every((expression) => holds(expression, labels[expression.key]))
}

function holds({ operator, values = [] }: { operator: string; values?: string[] }, label: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return label !== undefined && values.includes(label)
    case 'NotIn':
      return label === undefined || !values.includes(label)
    case 'Exists':
      return label !== undefined
    case 'DoesNotExist':
      return label === undefined
    default:
      throw new Error(`A policy says ${operator}, which is no operator.`)
  }
}
