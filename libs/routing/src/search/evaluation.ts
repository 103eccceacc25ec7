/** How often a place is overlooked on purpose, so that the same ruins do not always rebuild alike. */
export const BLINK_RATE = 0.01

/** How often a task goes to an unused vehicle although a place in use may cost less: routes seldom part otherwise. */
export const OPEN_RATE = 0.01

/**
 * What the search asks of a plan: where a task fits best, and to put it there. Two implementations: a fast one for
 * capacity and time windows, a general one for every feature. Both tasks of a shipment go together.
 */
export interface Evaluation {
  /** Finds the cheapest place for an absent task and keeps it in mind; the extra cost, Infinity when there is none. */
  find(task: number, mayOpen: boolean): number
  /** Puts the task at the place found last. */
  insert(task: number): void
  /** Takes tasks out of one route. */
  remove(tasks: Int32Array, count: number): void
  /** Keeps all changes. */
  commit(): void
  /** Undoes all changes since the last commit. */
  rollback(): void
  /** Recalculates everything from the order of the routes. */
  refresh(): void
}
