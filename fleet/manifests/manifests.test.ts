import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { type DomainName, domainNames, exchangeSources, serviceClientScopes } from '@backroom/access'
import { processesToRun } from '../src/plan.ts'
import { type Endpoint, endpointsOf, INTERNET, NAMESPACE, openPaths } from './network-paths.ts'
import { type KubernetesObject, type Pod, podOf, render } from './render.ts'

const processes = processesToRun({ profile: 'demo' }).filter((name) => name !== 'psp')
const domains = domainNames.filter((domain) => processes.includes(domain))

const outside = (name: string, namespace: string, labels: Record<string, string>, ports = {}): Endpoint => ({
  ...{ name, namespace, labels, ports },
})
const prometheus = outside('prometheus', 'observability', { 'app.kubernetes.io/name': 'prometheus' })
const collector = outside('collector', 'observability', { 'app.kubernetes.io/name': 'collector' }, { otlp: 4318 })
const names = outside('names', 'kube-system', { 'k8s-app': 'kube-dns' }, { dns: 53 })
const stranger = outside('stranger', 'elsewhere', { 'app.kubernetes.io/name': 'gateway' })

/** They read what the servers wrote. */
const watchers = ['books', 'verify-trails']
const rotation = 'key-rotation'
const keyJobs = ['keys-add', 'keys-promote', 'keys-retire']

/** Who may talk to whom, of what the overlays have in common. */
function architecture(): string[] {
  return [
    ...['auth', ...domains].map((name) => `gateway -> ${name}:http`),
    ...domains.flatMap((domain) => [`${domain} -> auth:http`, `${domain} -> auth:internal`]),
    ...domains.flatMap((domain) => [`auth -> ${domain}:http`, `auth -> ${domain}:internal`]),
    ...domains.flatMap((domain) => calleesOf(domain).map((callee) => `${domain} -> ${callee}:http`)),
    ...[...processes, 'books'].map((name) => `prometheus -> ${name}:internal`),
  ]
}

/** The deployed domains that a server calls, by what its tokens let it do there. */
function calleesOf(caller: DomainName): DomainName[] {
  const scopes = serviceClientScopes(caller)
  return domains.filter(
    (callee) =>
      callee !== caller &&
      (scopes.some((scope) => scope.startsWith(`${callee}:`)) || exchangeSources(caller, callee).length > 0),
  )
}

const outward = (endpoints: readonly Endpoint[]) =>
  endpoints
    .filter(({ namespace }) => namespace === NAMESPACE)
    .flatMap(({ name }) => [`${name} -> collector:otlp`, `${name} -> names:dns`])

describe('the overlay local', () => {
  let objects: KubernetesObject[]
  before(async () => {
    objects = await render('local')
  })

  test('is valid, and runs every process', () =>
    checkObjects(objects, [...processes, ...watchers, 'psp', 'postgres', 'migrate']))

  test('opens the paths of the architecture and no other', () => {
    const endpoints = endpointsOf(objects)
    const all = [...endpoints, prometheus, collector, names, stranger, INTERNET]
    const anyone = [prometheus, collector, names, stranger, INTERNET]
    assert.deepEqual(
      openPaths(objects, all),
      new Set([
        ...architecture(),
        ...outward(endpoints),
        ...['migrate', 'auth', ...domains, ...watchers].map((name) => `${name} -> postgres:postgres`),
        ...['payments -> psp:http', 'psp -> payments:http', 'books -> psp:http'],
        ...anyone.map(({ name }) => `${name} -> gateway:http`),
      ]),
    )
  })
})

describe('the overlay production', () => {
  let objects: KubernetesObject[]
  before(async () => {
    objects = await render('production')
  })

  test('is valid, and runs every process', () =>
    checkObjects(objects, [...processes, ...watchers, 'migrate', ...keyJobs]))

  test('opens the paths of the architecture and no other', () => {
    const endpoints = endpointsOf(objects)
    const door = outside('door', 'gateway-system', {})
    const database: Endpoint = {
      ...{ name: 'database', namespace: NAMESPACE, labels: { 'cnpg.io/cluster': 'database' } },
      ports: { postgres: 5432, metrics: 9187 },
    }
    const all = [...endpoints, database, prometheus, collector, names, stranger, door, INTERNET]
    assert.deepEqual(
      openPaths(objects, all),
      new Set([
        ...architecture(),
        ...outward(endpoints),
        ...['migrate', 'auth', ...domains, ...watchers].map((name) => `${name} -> database:postgres`),
        ...['prometheus -> database:metrics', 'database -> names:dns', 'database -> internet:https'],
        ...['auth', 'payments', 'books', ...keyJobs].map((name) => `${name} -> internet:https`),
        'door -> gateway:http',
      ]),
    )
  })
})

async function checkObjects(objects: KubernetesObject[], expected: readonly string[]): Promise<void> {
  assert.deepEqual(new Set(endpointsOf(objects).map(({ name }) => name)), new Set(expected))
  for (const object of objects) {
    await validate(object)
    const pod = podOf(object)
    if (pod) requireRestricted(`${object.kind} ${object.metadata.name}`, pod)
  }
  for (const name of processes) {
    const of = (kind: string) => objects.some((object) => object.kind === kind && object.metadata.name === name)
    for (const kind of ['Deployment', 'Service', 'HorizontalPodAutoscaler', 'PodDisruptionBudget', 'NetworkPolicy'])
      assert.ok(of(kind), `${name} has a ${kind}`)
  }
}

const ofOperators =
  /^(postgresql\.cnpg\.io|barmancloud\.cnpg\.io|gateway\.networking\.k8s\.io|monitoring\.coreos\.com)\//

/** By the schemas of Kubernetes itself; kinds that operators bring have none here. */
async function validate(object: KubernetesObject): Promise<void> {
  const { apiVersion, kind, metadata } = object
  // kubectl breaks the lines of Secrets, which the server takes and its schema does not.
  if (ofOperators.test(apiVersion) || kind === 'Secret') return
  const model = await import(`kubernetes-models/${apiVersion}/${kind}`)
  try {
    new model[kind](object).validate()
  } catch (error) {
    throw new Error(`${kind} ${metadata.name}: ${(error as Error).message}`)
  }
}

/** Pod Security Standards, profile restricted, and what the project asks for beyond. */
function requireRestricted(where: string, { metadata, spec: pod }: Pod): void {
  assert.equal(pod.securityContext?.runAsNonRoot, true, where)
  assert.equal(pod.securityContext?.seccompProfile?.type, 'RuntimeDefault', where)
  assert.notEqual(pod.securityContext?.runAsUser, 0, where)
  assert.equal(pod.hostNetwork, undefined, where)
  const speaksToKubernetes = metadata.labels['app.kubernetes.io/name'] === rotation
  assert.equal(pod.automountServiceAccountToken, speaksToKubernetes, where)
  assert.equal(pod.enableServiceLinks, false, where)
  for (const { securityContext, resources, env = [] } of pod.containers) {
    assert.equal(securityContext?.allowPrivilegeEscalation, false, where)
    assert.equal(securityContext?.readOnlyRootFilesystem, true, where)
    assert.deepEqual(securityContext?.capabilities, { drop: ['ALL'] }, where)
    assert.ok(resources?.requests && resources.limits?.memory, `${where} asks for and is limited to resources`)
    for (const { name, value = '' } of env)
      assert.ok(!/SECRET|PASSWORD|KEY/.test(name) || value.startsWith('/'), `${where}: ${name} is a file`)
  }
  for (const volume of pod.volumes ?? []) assert.equal('hostPath' in volume, false, where)
}
