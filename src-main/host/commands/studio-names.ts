import { type Command, InvalidArgumentError } from 'commander'
import { namedOf } from './named.ts'
import type { TypedClient } from './typed-client.ts'

/** What people name on the command line, and where the API lists it. */
const lists = {
  scene: 'scenes',
  source: 'sources',
  output: 'outputs',
  macro: 'macros',
  canvas: 'canvases',
  transition: 'transitions',
} as const

/**
 * The id of what is meant by an id or, where that leaves no doubt, by a name in whatever case. Throws `studio.no_collection`, and
 * `studio.not_found` with what there is.
 */
export async function idOf(client: TypedClient, what: keyof typeof lists, wanted: string): Promise<string> {
  const { items } = await client.get(`/studio/${lists[what]}`)
  const words = { what, lacks: 'The collection has no', empty: `it has no ${lists[what]}` }
  return namedOf<{ readonly id: string; readonly name: string }>(items, wanted, 'studio.not_found', words).id
}

/** Gives a command the options that say how to come to a scene. */
export function withTransition(command: Command): Command {
  return command
    .option('--transition <transition>', 'instead of the usual one: id or name')
    .option('--duration <ms>', 'of the transition, 0 to 60000', readDuration)
}

/** What was chosen by them. Throws as `idOf`. */
export async function transitionOf(command: Command, client: TypedClient): Promise<{ transition?: string; durationMs?: number }> {
  const { transition, duration } = command.opts() as { transition?: string; duration?: number }
  return {
    ...(transition === undefined ? {} : { transition: await idOf(client, 'transition', transition) }),
    ...(duration === undefined ? {} : { durationMs: duration }),
  }
}

function readDuration(text: string): number {
  const ms = Number(text)
  if (text.trim() !== '' && Number.isInteger(ms) && ms >= 0 && ms <= 60_000) return ms
  throw new InvalidArgumentError('It is a whole number of milliseconds from 0 to 60000.')
}
