// The plan of a day: what it comes to, its map, its routes, and what has no route. A search that still runs is looked at again.

const LOOK_AGAIN_MS = 2000

showResults(planOf)

async function planOf(plan, line) {
  if (plan.status === 'in_progress' && plan.handle) return lookAgain(plan.handle)
  if (!plan.plan_id) return [note(line || String(plan.status ?? 'No plan'))]
  const { figures, progress, status } = plan
  if (!figures && (status === 'draft' || status === 'optimising')) {
    const far = progress ? `${progress.vehicles} vehicles, ${progress.unassigned} shipments without a route` : ''
    show([heading(plan), note(`Searching… ${far}`)])
    return lookAgain(plan.plan_id)
  }
  const said = [heading(plan), ...(plan.message ? [note(plan.message)] : [])]
  if (!figures) return said
  show([...said, tiles(plan)])
  return [...said, tiles(plan), await map(plan.map_uri), ...routes(plan), ...leftOut(plan)]
}

/** Asks for the plan again, where the host lets a page call tools. */
async function lookAgain(plan_id) {
  if (!hostCan('serverTools')) return [note(`${plan_id} is being made. Ask for it with get_route_plan.`)]
  await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
  return planOf((await callTool('get_route_plan', { plan_id })) ?? {}, `${plan_id} cannot be read now.`)
}

function heading({ depot, day, status, plan_id }) {
  return part('h1', `${depot}, ${day}: ${status}`, { title: plan_id })
}

function tiles({ figures, baseline, currency }) {
  const tile = (name, value, before) =>
    part('div', [
      part('dt', name),
      part('dd', before === undefined ? value : [value, part('small', ` instead of ${before}`)]),
    ])
  const both = (name, format) => tile(name, format(figures), baseline && format(baseline))
  return part('dl', [
    tile('Stops on routes', `${figures.stops} on ${figures.routes}`),
    both('Distance', ({ distance_m }) => kilometres(distance_m)),
    both('Cost', ({ cost_minor }) => money({ amount_minor: cost_minor, currency })),
    both('Late', ({ lateness_s }) => minutes(lateness_s)),
    both('Without a route', ({ unassigned }) => `${unassigned}`),
  ])
}

async function map(uri) {
  if (!hostCan('serverResources')) return note(`The map is the resource ${uri}.`)
  const { contents } = await ask('resources/read', { uri })
  const drawing = new DOMParser().parseFromString(contents[0].text, 'image/svg+xml').documentElement
  return part('figure', document.importNode(drawing, true))
}

function routes({ routes: rows, currency }) {
  if (rows.length === 0) return []
  const cells = rows.map((route) => [
    route.driver_id ?? 'nobody',
    route.vehicle_id,
    `${clock(route.starts_at)} to ${clock(route.ends_at)}`,
    route.stops,
    kilometres(route.distance_m),
    money({ amount_minor: route.cost_minor, currency }),
    minutes(route.lateness_s),
  ])
  const headings = ['Driver', 'Vehicle', 'On the road', 'Stops', 'Distance', 'Cost', 'Late']
  return [part('h2', 'Routes'), table(headings, cells)]
}

function leftOut({ unassigned }) {
  if (unassigned.length === 0) return []
  const items = unassigned.map(({ shipment_id, explanation }) => part('li', `${shipment_id}: ${explanation}`))
  return [part('h2', 'Without a route'), part('ul', items)]
}

function note(text) {
  return part('p', text, { class: 'soft' })
}

function kilometres(metres) {
  return `${Math.round(metres / 1000)} km`
}

function minutes(seconds) {
  return `${Math.round(seconds / 60)} min`
}

function clock(moment) {
  const { locale, timeZone } = hostContext()
  return new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone }).format(new Date(moment))
}
