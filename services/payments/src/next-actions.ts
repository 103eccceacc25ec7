import { z } from 'zod'

/** What the caller can do next, with the scope to sign in with for it. */
export const NextActions = z.array(
  z.object({
    tool: z.string().optional(),
    scope: z.string().optional(),
    arguments: z.record(z.string(), z.unknown()).optional(),
    hint: z.string().optional(),
  }),
)
