// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Random } from '../random.ts'
import type { Prices } from './relaxed-plan.ts'
import { distanceBetween, isFeasible, type Tours } from './tours.ts'

/** Members of each of the two groups after and before the worst are dropped. */
const FEWEST = 20
const MOST = 40

/** Members whose cost alone keeps them in, and neighbours by which diversity is measured. */
const ELITE = 4
const NEIGHBOURS = 4

/** Tours nearer to each other are the same. */
const SAME = 1e-9

interface Member {
  tours: Tours
  /** The other members of the group, the nearest first. */
  others: { member: Member; distance: number }[]
  diversity: number
  /** Place by cost and place by diversity together: low is good. */
  rank: number
}

/** Tours that break no rule and tours that do, each group kept good and diverse (after Vidal's hybrid genetic search). */
export interface Population {
  add(tours: Tours): void
  /** Two parents. */
  choose(): [Tours, Tours]
  /** Forgets all. */
  clear(): void
}

export function createPopulation(prices: Prices, random: Random): Population {
  const feasible: Member[] = []
  const infeasible: Member[] = []
  return {
    add: (tours) => join(isFeasible(tours) ? feasible : infeasible, tours),
    choose() {
      const one = pick()
      let other = pick()
      for (let tries = 0; other === one && tries < 8; tries++) other = pick()
      return [one.tours, other.tours]
    },
    clear() {
      feasible.length = 0
      infeasible.length = 0
    },
  }

  /** The better of two members at random. */
  function pick(): Member {
    const [one, other] = [anyone(), anyone()]
    return one.rank <= other.rank ? one : other
  }

  function anyone(): Member {
    const index = random.below(feasible.length + infeasible.length)
    return index < feasible.length ? feasible[index]! : infeasible[index - feasible.length]!
  }

  function join(group: Member[], tours: Tours) {
    const member: Member = { tours, others: [], diversity: 1, rank: 0 }
    for (const other of group) {
      const distance = distanceBetween(tours, other.tours)
      acquaint(member, other, distance)
      acquaint(other, member, distance)
    }
    group.push(member)
    rank(group)
    if (group.length <= MOST) return
    while (group.length > FEWEST) {
      drop(group)
      rank(group)
    }
  }

  /** Takes the worst member out, those first that are like another. */
  function drop(group: Member[]) {
    const copies = group.filter(({ others }) => others[0]!.distance < SAME)
    const candidates = copies.length > 0 ? copies : group
    const worst = candidates.reduce((worse, member) => (member.rank > worse.rank ? member : worse))
    group.splice(group.indexOf(worst), 1)
    for (const { others } of group) {
      others.splice(
        others.findIndex(({ member }) => member === worst),
        1,
      )
    }
    for (const member of group) member.diversity = diversityOf(member)
  }

  function rank(group: Member[]) {
    for (const member of group) member.rank = 0
    const weight = 1 - Math.min(1, ELITE / group.length)
    const costs = new Map(group.map((member) => [member, costOf(member.tours)]))
    const byCost = group.toSorted((a, b) => costs.get(a)! - costs.get(b)!)
    const byDiversity = group.toSorted((a, b) => b.diversity - a.diversity)
    for (const [place, member] of byCost.entries()) member.rank += place
    for (const [place, member] of byDiversity.entries()) member.rank += weight * place
  }

  function costOf({ cost, lateness, overload }: Tours): number {
    return cost + prices.lateness * lateness + prices.overload * overload
  }
}

function acquaint(one: Member, member: Member, distance: number) {
  let at = one.others.length
  while (at > 0 && one.others[at - 1]!.distance > distance) at--
  one.others.splice(at, 0, { member, distance })
  if (at < NEIGHBOURS) one.diversity = diversityOf(one)
}

/** Mean distance to the nearest others. */
function diversityOf({ others }: Member): number {
  const count = Math.min(NEIGHBOURS, others.length)
  let sum = 0
  for (let index = 0; index < count; index++) sum += others[index]!.distance
  return count === 0 ? 1 : sum / count
}
