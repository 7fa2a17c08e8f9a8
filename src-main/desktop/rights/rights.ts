import { Type } from 'typebox'

/** What people may do at a display, each by itself. */
export const rightNames = ['see', 'control', 'clipboard', 'files', 'audio', 'microphone', 'camera', 'record'] as const

export type Right = (typeof rightNames)[number]

export const RightSchema = Type.Unsafe<Right>(
  Type.Union(
    rightNames.map((name) => Type.Literal(name)),
    { description: 'see: the display; control: keyboard, pointer and size; the others in both directions' },
  ),
)
export type Rights = ReadonlySet<Right>

export const RightsSchema = Type.Array(RightSchema, { minItems: 1, maxItems: rightNames.length })

export const allRights: Rights = new Set(rightNames)
export const noRights: Rights = new Set()

/** In the order of `rightNames`, each once. Whoever has any right may see. */
export function rightsFrom(names: readonly Right[]): Rights {
  return new Set(names.length === 0 ? [] : rightNames.filter((name) => name === 'see' || names.includes(name)))
}

export function sameRights(one: Rights, other: Rights): boolean {
  return one.size === other.size && [...one].every((right) => other.has(right))
}
